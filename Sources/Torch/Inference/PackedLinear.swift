extension Operators {
  static let reorderLinearWeight = Op<Tensor, Tensor, Int?>("mkldnn::_reorder_linear_weight")
  static let linearPointwise = Op<Tensor, Tensor, Tensor, Tensor?, String, [Double], String>(
    "mkldnn::_linear_pointwise")
  static let linearPointwiseBinary = Op<Tensor, Tensor, Tensor, Tensor, Tensor?, String>(
    "mkldnn::_linear_pointwise", "binary")
}

/// A linear layer whose weights are laid out as oneDNN's kernel wants them for one number of rows. Other numbers work
/// too, if not as fast.
struct PackedLinear {
  private let owner: Parameter  // held because the table that this is in knows it by its identity
  private let weight: Tensor
  private let bias: Tensor?
  private let outputs: Int
  private let isPacked: Bool

  /// - Parameters:
  ///   - owner: what `weight` is, or is a part of.
  ///   - weight: `[outputs, inputs]`.
  ///   - rows: the product of the input's dimensions but the last.
  init(_ owner: Parameter, weight: Tensor, bias: Tensor?, dtype: DType, rows: Int) {
    self.owner = owner
    self.bias = bias?.detach().to(dtype)
    outputs = weight.shape[0]
    isPacked = PackedLayers.hasKernels(for: dtype, on: weight.device)
    let weight = weight.detach().to(dtype).contiguous()
    self.weight = isPacked ? Operators.reorderLinearWeight(weight, max(1, rows)) : weight
  }

  /// `activation(x Wᵀ + b + other)`.
  func callAsFunction(_ x: Tensor, adding other: Tensor?, _ activation: ActivationFunction) -> Tensor {
    let x = x.inferenceInput(weight.dtype)
    guard isPacked else {
      let y = x.linear(weight, bias: bias)
      return activation.consume(other.map { y + $0 } ?? y)
    }
    // oneDNN multiplies matrices, and none without elements.
    if x.rank == 1 { return multiply(x.unsqueeze(0), adding: other?.unsqueeze(0), activation).squeeze(0) }
    if x.count == 0 { return Tensor.zeros(x.shape.sizes.dropLast() + [outputs], dtype: x.dtype) }
    return multiply(x, adding: other, activation)
  }

  private func multiply(_ x: Tensor, adding other: Tensor?, _ activation: ActivationFunction) -> Tensor {
    guard let other else {
      let (name, numbers, variant) = activation.postOperation
      return Operators.linearPointwise(x, weight, bias, name, numbers, variant)
    }
    return activation.consume(
      Operators.linearPointwiseBinary(x, other.inferenceInput(weight.dtype), weight, bias, "add"))
  }
}
