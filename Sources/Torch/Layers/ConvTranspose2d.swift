/// The transpose of a 2-D convolution, which makes images larger: `[N, inputs, H, W]` to `[N, outputs, H', W']` with
/// `H' = (H - 1) · stride - 2 · padding + dilation · (kernel - 1) + outputPadding + 1`.
public final class ConvTranspose2d: Layer {
  /// `[inputs, outputs / groups, kernel, kernel]`.
  public let weight: Parameter
  /// `[outputs]`.
  public let bias: Parameter?

  public let stride: Int
  public let padding: Int
  public let outputPadding: Int
  public let groups: Int
  public let dilation: Int

  /// A layer with PyTorch's initial weights: even in ±1/√(outputs / groups · kernel²).
  ///
  /// - Parameter outputPadding: rows and columns added at the end, to choose among the sizes that the stride allows.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
    groups: Int = 1, dilation: Int = 1, bias: Bool = true
  ) {
    precondition(
      inputs % groups == 0 && outputs % groups == 0, "\(groups) groups must divide \(inputs) and \(outputs) channels")
    weight = Parameter(
      [inputs, outputs / groups, kernel, kernel], .kaimingUniform(for: .leakyRelu(slope: 5.0.squareRoot())))
    let bound = 1 / Double(max(1, outputs / groups * kernel * kernel)).squareRoot()
    self.bias = bias ? Parameter([outputs], .uniform(-bound, bound)) : nil
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
    self.groups = groups
    self.dilation = dilation
  }

  public override func forward(_ x: Tensor) -> Tensor {
    x.convTranspose2d(
      weight.value, bias: bias?.value, stride: stride, padding: padding, outputPadding: outputPadding, groups: groups,
      dilation: dilation)
  }
}
