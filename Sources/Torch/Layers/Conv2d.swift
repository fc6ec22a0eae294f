/// 2-D convolution of images: `[N, inputs, H, W]` to `[N, outputs, H', W']`.
public final class Conv2d: Layer {
  /// `[outputs, inputs / groups, kernel, kernel]`.
  public let weight: Parameter
  /// `[outputs]`.
  public let bias: Parameter?

  public let stride: Int
  public let padding: Int
  public let dilation: Int
  public let groups: Int
  /// Whether images are padded as TensorFlow does, before `padding`.
  public let samePadding: Bool

  /// A layer with PyTorch's initial weights: even in ±1/√(inputs / groups · kernel²).
  ///
  /// - Parameters:
  ///   - padding: zeros added on each side.
  ///   - groups: parts of the channels that do not see each other; as many as inputs makes it depthwise.
  ///   - bias: whether each output channel gets a number added; left out where batch normalisation follows.
  ///   - samePadding: pads by as much as the result's size, `⌈size / stride⌉`, needs, the odd pixel at the right and the
  ///     bottom: TensorFlow's custom, which differs from a fixed padding where there is a stride.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1,
    bias: Bool = true, samePadding: Bool = false
  ) {
    precondition(
      inputs % groups == 0 && outputs % groups == 0, "\(groups) groups must divide \(inputs) and \(outputs) channels")
    weight = Parameter(
      [outputs, inputs / groups, kernel, kernel], .kaimingUniform(for: .leakyRelu(slope: 5.0.squareRoot())))
    let bound = 1 / Double(max(1, inputs / groups * kernel * kernel)).squareRoot()
    self.bias = bias ? Parameter([outputs], .uniform(-bound, bound)) : nil
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.samePadding = samePadding
  }

  /// The channels that it takes.
  public var inputs: Int { weight.value.shape[1] * groups }
  /// The channels that it gives.
  public var outputs: Int { weight.value.shape[0] }
  /// The side of its window.
  public var kernel: Int { weight.value.shape[2] }

  public override func forward(_ x: Tensor) -> Tensor {
    if let packed = PackedLayers.current { return packed.convolve(x, self, nil, nil, .identity) }
    return padded(x).conv2d(
      weight.value, bias: bias?.value, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }

  /// The convolution with what follows it, `activation(norm(conv(x)) + other)`: in an ``OptimizedModule`` one kernel.
  ///
  /// - Parameter other: of the result's shape.
  public func callAsFunction(
    _ x: Tensor, norm: (any ChannelNorm)? = nil, adding other: Tensor? = nil,
    activation: ActivationFunction = .identity
  ) -> Tensor {
    if let packed = PackedLayers.current { return packed.convolve(x, self, norm, other, activation) }
    let y = norm.map { $0(self(x)) } ?? self(x)
    return activation.consume(other.map { y.add_($0) } ?? y)
  }

  /// The image with TensorFlow's padding, if the layer has that.
  func padded(_ x: Tensor) -> Tensor {
    guard samePadding else { return x }
    func padding(_ size: Int) -> Int {
      let steps = (size + stride - 1) / stride - 1
      return max(0, steps * stride + dilation * (kernel - 1) + 1 - size)
    }
    let (height, width) = (padding(x.shape[2]), padding(x.shape[3]))
    return x.pad([width / 2, width - width / 2, height / 2, height - height / 2])
  }
}
