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

  public override func forward(_ x: Tensor) -> Tensor { x.linear(weight, bias: bias) }

  /// The layer with what follows it, `activation(linear(x) + other)`: in an ``OptimizedModule`` one kernel.
  ///
  /// - Parameter other: of the result's shape.
  public func callAsFunction(
    _ x: Tensor, adding other: Tensor? = nil, activation: ActivationFunction = .identity
  ) -> Tensor {
    if let packed = PackedLayers.current, adapter == nil {
      return packed.multiply(x, weight, bias, rows: nil, other, activation)
    }
    let y = self(x)
    return activation.consume(other.map { y + $0 } ?? y)
  }
}

extension Tensor {
  /// `x Wᵀ + b` with parameters: packed ones in an ``OptimizedModule``.
  ///
  /// - Parameter rows: the part of the weight and the bias to use, where several layers share a matrix; nil for all.
  func linear(_ weight: Parameter, bias: Parameter?, rows: Range<Int>? = nil) -> Tensor {
    if let packed = PackedLayers.current { return packed.multiply(self, weight, bias, rows: rows, nil, .identity) }
    guard let rows else { return linear(weight.value, bias: bias?.value) }
    return linear(weight.value[rows], bias: bias?.value[rows])
  }
}
