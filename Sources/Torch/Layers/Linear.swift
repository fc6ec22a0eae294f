/// `x Wᵀ + b` over the last dimension: `[..., inputs]` to `[..., outputs]`.
public final class Linear: Layer {
  /// `[outputs, inputs]`.
  public let weight: Parameter
  /// `[outputs]`.
  public let bias: Parameter?

  /// A layer with PyTorch's initial weights: even in ±1/√inputs.
  public init(_ inputs: Int, _ outputs: Int, bias: Bool = true) {
    weight = Parameter([outputs, inputs], .kaimingUniform(for: .leakyRelu(slope: 5.0.squareRoot())))
    let bound = inputs > 0 ? 1 / Double(inputs).squareRoot() : 0
    self.bias = bias ? Parameter([outputs], .uniform(-bound, bound)) : nil
  }

  /// The size of the last dimension that it takes.
  public var inputs: Int { weight.value.shape[1] }
  /// The size of the last dimension that it gives.
  public var outputs: Int { weight.value.shape[0] }

  public override func forward(_ x: Tensor) -> Tensor { x.linear(weight.value, bias: bias?.value) }
}
