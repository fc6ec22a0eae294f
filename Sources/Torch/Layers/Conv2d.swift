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

  /// A layer with PyTorch's initial weights: even in ±1/√(inputs / groups · kernel²).
  ///
  /// - Parameters:
  ///   - padding: zeros added on each side.
  ///   - groups: parts of the channels that do not see each other; as many as inputs makes it depthwise.
  ///   - bias: whether each output channel gets a number added; left out where batch normalisation follows.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1,
    bias: Bool = true
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
  }

  /// The channels that it takes.
  public var inputs: Int { weight.value.shape[1] * groups }
  /// The channels that it gives.
  public var outputs: Int { weight.value.shape[0] }
  /// The side of its window.
  public var kernel: Int { weight.value.shape[2] }

  public override func forward(_ x: Tensor) -> Tensor {
    x.conv2d(
      weight.value, bias: bias?.value, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }
}
