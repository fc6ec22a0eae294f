extension Operators {
  static let foreachNorm = Op<[Tensor], [Tensor], Scalar>("aten::_foreach_norm", "Scalar")
  static let foreachMulInPlace = Op<Void, [Tensor], Scalar>("aten::_foreach_mul_", "Scalar")
  static let foreachMulTensorInPlace = Op<Void, [Tensor], Tensor>("aten::_foreach_mul_", "Tensor")
  static let foreachAddScalarInPlace = Op<Void, [Tensor], Scalar>("aten::_foreach_add_", "Scalar")
  static let foreachAddInPlace = Op<Void, [Tensor], [Tensor], Scalar>("aten::_foreach_add_", "List")
  static let foreachAdd = Op<[Tensor], [Tensor], [Tensor], Scalar>("aten::_foreach_add", "List")
  static let foreachAddcmulInPlace = Op<Void, [Tensor], [Tensor], [Tensor], Scalar>("aten::_foreach_addcmul_", "Scalar")
  static let foreachAddcdivInPlace = Op<Void, [Tensor], [Tensor], [Tensor], Scalar>("aten::_foreach_addcdiv_", "Scalar")
  static let foreachAddcmul = Op<[Tensor], [Tensor], [Tensor], [Tensor], Scalar>("aten::_foreach_addcmul", "Scalar")
  static let foreachLerpInPlace = Op<Void, [Tensor], [Tensor], Scalar>("aten::_foreach_lerp_", "Scalar")
  static let foreachSqrt = Op<[Tensor], [Tensor]>("aten::_foreach_sqrt")
  static let foreachSqrtInPlace = Op<Void, [Tensor]>("aten::_foreach_sqrt_")
  static let foreachClampMinInPlace = Op<Void, [Tensor], Scalar>("aten::_foreach_clamp_min_", "Scalar")
  static let foreachClampMaxInPlace = Op<Void, [Tensor], Scalar>("aten::_foreach_clamp_max_", "Scalar")
  static let fusedSGD = Op<Void, [Tensor], [Tensor], [Tensor], Double, Double, Double, Double, Bool, Bool, Bool>(
    "aten::_fused_sgd_")
  static let fusedAdam = Op<
    Void, [Tensor], [Tensor], [Tensor], [Tensor], [Tensor], [Tensor], Double, Double, Double, Double, Double, Bool, Bool
  >("aten::_fused_adam_")
  static let fusedAdamW = Op<
    Void, [Tensor], [Tensor], [Tensor], [Tensor], [Tensor], [Tensor], Double, Double, Double, Double, Double, Bool, Bool
  >("aten::_fused_adamw_")
}

// One call for a whole list of tensors, as optimizers need: a step over 160 parameters is one operator, not hundreds.
extension [Tensor] {
  /// The `order`-norm of each tensor.
  func foreachNorm(_ order: Double = 2) -> [Tensor] { Operators.foreachNorm(self, .double(order)) }
  /// Multiplies each tensor by a number.
  func foreachMul_(_ factor: Double) { Operators.foreachMulInPlace(self, .double(factor)) }
  /// Multiplies each tensor by one that has a single element.
  func foreachMul_(_ factor: Tensor) { Operators.foreachMulTensorInPlace(self, factor) }
  /// Adds a number to each tensor.
  func foreachAdd_(_ number: Double) { Operators.foreachAddScalarInPlace(self, .double(number)) }
  /// Adds `alpha` times the others.
  func foreachAdd_(_ others: [Tensor], alpha: Double = 1) { Operators.foreachAddInPlace(self, others, .double(alpha)) }
  /// `self + alpha * others`.
  func foreachAdd(_ others: [Tensor], alpha: Double) -> [Tensor] { Operators.foreachAdd(self, others, .double(alpha)) }
  /// Adds `value * a * b`.
  func foreachAddcmul_(_ a: [Tensor], _ b: [Tensor], value: Double) {
    Operators.foreachAddcmulInPlace(self, a, b, .double(value))
  }
  /// `self + value * a * b`.
  func foreachAddcmul(_ a: [Tensor], _ b: [Tensor], value: Double) -> [Tensor] {
    Operators.foreachAddcmul(self, a, b, .double(value))
  }
  /// Adds `value * a / b`.
  func foreachAddcdiv_(_ a: [Tensor], _ b: [Tensor], value: Double) {
    Operators.foreachAddcdivInPlace(self, a, b, .double(value))
  }
  /// Moves each tensor by `weight` of the way to the other.
  func foreachLerp_(_ others: [Tensor], weight: Double) { Operators.foreachLerpInPlace(self, others, .double(weight)) }
  /// The square root of each tensor.
  func foreachSqrt() -> [Tensor] { Operators.foreachSqrt(self) }
  /// The square root of each tensor, in place.
  func foreachSqrt_() { Operators.foreachSqrtInPlace(self) }
  /// Limits each tensor's elements to a range.
  func foreachClamp_(min: Double, max: Double) {
    Operators.foreachClampMinInPlace(self, .double(min))
    Operators.foreachClampMaxInPlace(self, .double(max))
  }
}
