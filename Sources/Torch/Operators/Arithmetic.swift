extension Operators {
  static let add = Op<Tensor, Tensor, Tensor, Scalar>("aten::add", "Tensor")
  static let addScalar = Op<Tensor, Tensor, Scalar, Scalar>("aten::add", "Scalar")
  static let sub = Op<Tensor, Tensor, Tensor, Scalar>("aten::sub", "Tensor")
  static let subScalar = Op<Tensor, Tensor, Scalar, Scalar>("aten::sub", "Scalar")
  static let rsubScalar = Op<Tensor, Tensor, Scalar, Scalar>("aten::rsub", "Scalar")
  static let mul = Op<Tensor, Tensor, Tensor>("aten::mul", "Tensor")
  static let mulScalar = Op<Tensor, Tensor, Scalar>("aten::mul", "Scalar")
  static let div = Op<Tensor, Tensor, Tensor>("aten::div", "Tensor")
  static let divScalar = Op<Tensor, Tensor, Scalar>("aten::div", "Scalar")
  static let divRounded = Op<Tensor, Tensor, Scalar, String?>("aten::div", "Scalar_mode")
  static let remainder = Op<Tensor, Tensor, Scalar>("aten::remainder", "Scalar")
  static let addInPlace = Op<Tensor, Tensor, Tensor, Scalar>("aten::add_", "Tensor")
  static let addScalarInPlace = Op<Tensor, Tensor, Scalar, Scalar>("aten::add_", "Scalar")
  static let subInPlace = Op<Tensor, Tensor, Tensor, Scalar>("aten::sub_", "Tensor")
  static let mulInPlace = Op<Tensor, Tensor, Tensor>("aten::mul_", "Tensor")
  static let mulScalarInPlace = Op<Tensor, Tensor, Scalar>("aten::mul_", "Scalar")
  static let divInPlace = Op<Tensor, Tensor, Tensor>("aten::div_", "Tensor")
  static let divScalarInPlace = Op<Tensor, Tensor, Scalar>("aten::div_", "Scalar")
  static let addcmulInPlace = Op<Tensor, Tensor, Tensor, Tensor, Scalar>("aten::addcmul_")
  static let addcdivInPlace = Op<Tensor, Tensor, Tensor, Tensor, Scalar>("aten::addcdiv_")
  static let lerp = Op<Tensor, Tensor, Tensor, Scalar>("aten::lerp", "Scalar")
  static let lerpInPlace = Op<Tensor, Tensor, Tensor, Scalar>("aten::lerp_", "Scalar")
  static let fill = Op<Tensor, Tensor, Scalar>("aten::fill_", "Scalar")
  static let zero = Op<Tensor, Tensor>("aten::zero_")
  static let neg = Op<Tensor, Tensor>("aten::neg")
  static let abs = Op<Tensor, Tensor>("aten::abs")
  static let sign = Op<Tensor, Tensor>("aten::sign")
  static let exp = Op<Tensor, Tensor>("aten::exp")
  static let log = Op<Tensor, Tensor>("aten::log")
  static let log1p = Op<Tensor, Tensor>("aten::log1p")
  static let log2 = Op<Tensor, Tensor>("aten::log2")
  static let sqrt = Op<Tensor, Tensor>("aten::sqrt")
  static let rsqrt = Op<Tensor, Tensor>("aten::rsqrt")
  static let square = Op<Tensor, Tensor>("aten::square")
  static let reciprocal = Op<Tensor, Tensor>("aten::reciprocal")
  static let pow = Op<Tensor, Tensor, Scalar>("aten::pow", "Tensor_Scalar")
  static let powTensor = Op<Tensor, Tensor, Tensor>("aten::pow", "Tensor_Tensor")
  static let sin = Op<Tensor, Tensor>("aten::sin")
  static let cos = Op<Tensor, Tensor>("aten::cos")
  static let atan = Op<Tensor, Tensor>("aten::atan")
  static let atan2 = Op<Tensor, Tensor, Tensor>("aten::atan2")
  static let floor = Op<Tensor, Tensor>("aten::floor")
  static let ceil = Op<Tensor, Tensor>("aten::ceil")
  static let round = Op<Tensor, Tensor>("aten::round")
  static let clamp = Op<Tensor, Tensor, Scalar?, Scalar?>("aten::clamp")
  static let clampInPlace = Op<Tensor, Tensor, Scalar?, Scalar?>("aten::clamp_")
  static let nanToNum = Op<Tensor, Tensor, Double?, Double?, Double?>("aten::nan_to_num")
  static let clampTensor = Op<Tensor, Tensor, Tensor?, Tensor?>("aten::clamp", "Tensor")
}

// Operators work element by element; shapes are broadcast.
extension Tensor {
  public static func + (a: Tensor, b: Tensor) -> Tensor { Operators.add(a, b, 1) }
  public static func - (a: Tensor, b: Tensor) -> Tensor { Operators.sub(a, b, 1) }
  public static func * (a: Tensor, b: Tensor) -> Tensor { Operators.mul(a, b) }
  public static func / (a: Tensor, b: Tensor) -> Tensor { Operators.div(a, b) }
  public static prefix func - (a: Tensor) -> Tensor { Operators.neg(a) }

  public static func + (a: Tensor, b: some ScalarConvertible) -> Tensor { Operators.addScalar(a, b.scalar, 1) }
  public static func - (a: Tensor, b: some ScalarConvertible) -> Tensor { Operators.subScalar(a, b.scalar, 1) }
  public static func * (a: Tensor, b: some ScalarConvertible) -> Tensor { Operators.mulScalar(a, b.scalar) }
  public static func / (a: Tensor, b: some ScalarConvertible) -> Tensor { Operators.divScalar(a, b.scalar) }
  public static func + (a: some ScalarConvertible, b: Tensor) -> Tensor { Operators.addScalar(b, a.scalar, 1) }
  public static func - (a: some ScalarConvertible, b: Tensor) -> Tensor { Operators.rsubScalar(b, a.scalar, 1) }
  public static func * (a: some ScalarConvertible, b: Tensor) -> Tensor { Operators.mulScalar(b, a.scalar) }
  public static func / (a: some ScalarConvertible, b: Tensor) -> Tensor {
    Operators.mulScalar(Operators.reciprocal(b), a.scalar)
  }

  // As everywhere in Swift, `a += b` gives the variable a new value: another variable that holds the same tensor keeps
  // the old one. The methods with an underscore change the elements for all who share them.
  public static func += (a: inout Tensor, b: Tensor) { a = a + b }
  public static func -= (a: inout Tensor, b: Tensor) { a = a - b }
  public static func *= (a: inout Tensor, b: Tensor) { a = a * b }
  public static func /= (a: inout Tensor, b: Tensor) { a = a / b }
  public static func += (a: inout Tensor, b: some ScalarConvertible) { a = a + b }
  public static func -= (a: inout Tensor, b: some ScalarConvertible) { a = a - b }
  public static func *= (a: inout Tensor, b: some ScalarConvertible) { a = a * b }
  public static func /= (a: inout Tensor, b: some ScalarConvertible) { a = a / b }

  /// The quotient rounded down, for whole numbers.
  public func floorDivide(_ divisor: some ScalarConvertible) -> Tensor {
    Operators.divRounded(self, divisor.scalar, "floor")
  }
  /// What is left after dividing; its sign is the divisor's.
  public func remainder(_ divisor: some ScalarConvertible) -> Tensor { Operators.remainder(self, divisor.scalar) }

  /// Adds `scale * other`, in place.
  @discardableResult
  public func add_(_ other: Tensor, scale: Scalar = 1) -> Tensor { Operators.addInPlace(self, other, scale) }
  /// Adds a number, in place.
  @discardableResult
  public func add_(_ value: some ScalarConvertible) -> Tensor { Operators.addScalarInPlace(self, value.scalar, 1) }
  /// Subtracts `scale * other`, in place.
  @discardableResult
  public func sub_(_ other: Tensor, scale: Scalar = 1) -> Tensor { Operators.subInPlace(self, other, scale) }
  /// Multiplies, in place.
  @discardableResult
  public func mul_(_ other: Tensor) -> Tensor { Operators.mulInPlace(self, other) }
  /// Multiplies by a number, in place.
  @discardableResult
  public func mul_(_ value: some ScalarConvertible) -> Tensor { Operators.mulScalarInPlace(self, value.scalar) }
  /// Divides, in place.
  @discardableResult
  public func div_(_ other: Tensor) -> Tensor { Operators.divInPlace(self, other) }
  /// Divides by a number, in place.
  @discardableResult
  public func div_(_ value: some ScalarConvertible) -> Tensor { Operators.divScalarInPlace(self, value.scalar) }
  /// Adds `scale * a * b`, in place.
  @discardableResult
  public func addcmul_(_ a: Tensor, _ b: Tensor, scale: Scalar = 1) -> Tensor {
    Operators.addcmulInPlace(self, a, b, scale)
  }
  /// Adds `scale * a / b`, in place.
  @discardableResult
  public func addcdiv_(_ a: Tensor, _ b: Tensor, scale: Scalar = 1) -> Tensor {
    Operators.addcdivInPlace(self, a, b, scale)
  }
  /// `self + weight * (end - self)`.
  public func lerp(_ end: Tensor, weight: Double) -> Tensor { Operators.lerp(self, end, .double(weight)) }
  /// Moves towards `end` by the fraction `weight`, in place.
  @discardableResult
  public func lerp_(_ end: Tensor, weight: Double) -> Tensor { Operators.lerpInPlace(self, end, .double(weight)) }
  /// Sets every element, in place.
  @discardableResult
  public func fill_(_ value: some ScalarConvertible) -> Tensor { Operators.fill(self, value.scalar) }
  /// Sets every element to zero, in place.
  @discardableResult
  public func zero_() -> Tensor { Operators.zero(self) }

  /// The absolute values.
  public func abs() -> Tensor { Operators.abs(self) }
  /// -1, 0 or 1.
  public func sign() -> Tensor { Operators.sign(self) }
  /// e to the power of each element.
  public func exp() -> Tensor { Operators.exp(self) }
  /// The natural logarithm.
  public func log() -> Tensor { Operators.log(self) }
  /// The natural logarithm of 1 + x, exact for small x.
  public func log1p() -> Tensor { Operators.log1p(self) }
  /// The logarithm to the base of 2.
  public func log2() -> Tensor { Operators.log2(self) }
  /// The square root.
  public func sqrt() -> Tensor { Operators.sqrt(self) }
  /// 1 divided by the square root.
  public func rsqrt() -> Tensor { Operators.rsqrt(self) }
  /// The square.
  public func square() -> Tensor { Operators.square(self) }
  /// 1 divided by each element.
  public func reciprocal() -> Tensor { Operators.reciprocal(self) }
  /// Each element to a power.
  public func pow(_ exponent: some ScalarConvertible) -> Tensor { Operators.pow(self, exponent.scalar) }
  /// Each element to the power of the other's.
  public func pow(_ exponent: Tensor) -> Tensor { Operators.powTensor(self, exponent) }
  /// The sine of radians.
  public func sin() -> Tensor { Operators.sin(self) }
  /// The cosine of radians.
  public func cos() -> Tensor { Operators.cos(self) }
  /// The arc tangent, in radians.
  public func atan() -> Tensor { Operators.atan(self) }
  /// The angle of the point (`x`, `self`), in radians.
  public func atan2(_ x: Tensor) -> Tensor { Operators.atan2(self, x) }
  /// Rounded down.
  public func floor() -> Tensor { Operators.floor(self) }
  /// Rounded up.
  public func ceil() -> Tensor { Operators.ceil(self) }
  /// Rounded to the nearest whole number, halves to the even one.
  public func round() -> Tensor { Operators.round(self) }
  /// Limited to a range.
  public func clamp(min: Scalar? = nil, max: Scalar? = nil) -> Tensor { Operators.clamp(self, min, max) }
  /// Limited to a range that differs by element.
  @_disfavoredOverload  // a literal is a number
  public func clamp(min: Tensor?, max: Tensor?) -> Tensor { Operators.clampTensor(self, min, max) }
  /// `value` in place of NaN, and the largest numbers of the type in place of the infinities.
  public func nanToNum(_ value: Double = 0) -> Tensor { Operators.nanToNum(self, value, nil, nil) }
  /// Limited to a range, in place.
  @discardableResult
  public func clamp_(min: Scalar? = nil, max: Scalar? = nil) -> Tensor { Operators.clampInPlace(self, min, max) }
}
