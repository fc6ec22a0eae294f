extension Operators {
  static let eq = Op<Tensor, Tensor, Tensor>("aten::eq", "Tensor")
  static let ne = Op<Tensor, Tensor, Tensor>("aten::ne", "Tensor")
  static let lt = Op<Tensor, Tensor, Tensor>("aten::lt", "Tensor")
  static let le = Op<Tensor, Tensor, Tensor>("aten::le", "Tensor")
  static let gt = Op<Tensor, Tensor, Tensor>("aten::gt", "Tensor")
  static let ge = Op<Tensor, Tensor, Tensor>("aten::ge", "Tensor")
  static let eqScalar = Op<Tensor, Tensor, Scalar>("aten::eq", "Scalar")
  static let neScalar = Op<Tensor, Tensor, Scalar>("aten::ne", "Scalar")
  static let ltScalar = Op<Tensor, Tensor, Scalar>("aten::lt", "Scalar")
  static let leScalar = Op<Tensor, Tensor, Scalar>("aten::le", "Scalar")
  static let gtScalar = Op<Tensor, Tensor, Scalar>("aten::gt", "Scalar")
  static let geScalar = Op<Tensor, Tensor, Scalar>("aten::ge", "Scalar")
  static let logicalAnd = Op<Tensor, Tensor, Tensor>("aten::logical_and")
  static let logicalOr = Op<Tensor, Tensor, Tensor>("aten::logical_or")
  static let logicalNot = Op<Tensor, Tensor>("aten::logical_not")
  static let maximum = Op<Tensor, Tensor, Tensor>("aten::maximum")
  static let minimum = Op<Tensor, Tensor, Tensor>("aten::minimum")
  static let isFinite = Op<Tensor, Tensor>("aten::isfinite")
  static let isNaN = Op<Tensor, Tensor>("aten::isnan")
  static let equal = Op<Bool, Tensor, Tensor>("aten::equal")
  static let allClose = Op<Bool, Tensor, Tensor, Double, Double, Bool>("aten::allclose")
  static let `where` = Op<Tensor, Tensor, Tensor, Tensor>("aten::where", "self")
}

infix operator .== : ComparisonPrecedence
infix operator .!= : ComparisonPrecedence
infix operator .< : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .> : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence
infix operator .&& : LogicalConjunctionPrecedence
infix operator .|| : LogicalDisjunctionPrecedence

// Comparisons work element by element and give a boolean tensor; as with SIMD types, they carry a dot.
extension Tensor {
  public static func .== (a: Tensor, b: Tensor) -> Tensor { Operators.eq(a, b) }
  public static func .!= (a: Tensor, b: Tensor) -> Tensor { Operators.ne(a, b) }
  public static func .< (a: Tensor, b: Tensor) -> Tensor { Operators.lt(a, b) }
  public static func .<= (a: Tensor, b: Tensor) -> Tensor { Operators.le(a, b) }
  public static func .> (a: Tensor, b: Tensor) -> Tensor { Operators.gt(a, b) }
  public static func .>= (a: Tensor, b: Tensor) -> Tensor { Operators.ge(a, b) }
  public static func .== (a: Tensor, b: some ScalarConvertible) -> Tensor { Operators.eqScalar(a, b.scalar) }
  public static func .!= (a: Tensor, b: some ScalarConvertible) -> Tensor { Operators.neScalar(a, b.scalar) }
  public static func .< (a: Tensor, b: some ScalarConvertible) -> Tensor { Operators.ltScalar(a, b.scalar) }
  public static func .<= (a: Tensor, b: some ScalarConvertible) -> Tensor { Operators.leScalar(a, b.scalar) }
  public static func .> (a: Tensor, b: some ScalarConvertible) -> Tensor { Operators.gtScalar(a, b.scalar) }
  public static func .>= (a: Tensor, b: some ScalarConvertible) -> Tensor { Operators.geScalar(a, b.scalar) }
  public static func .&& (a: Tensor, b: Tensor) -> Tensor { Operators.logicalAnd(a, b) }
  public static func .|| (a: Tensor, b: Tensor) -> Tensor { Operators.logicalOr(a, b) }

  /// True where an element is zero or false.
  public func logicalNot() -> Tensor { Operators.logicalNot(self) }
  /// The larger of two elements.
  public func maximum(_ other: Tensor) -> Tensor { Operators.maximum(self, other) }
  /// The smaller of two elements.
  public func minimum(_ other: Tensor) -> Tensor { Operators.minimum(self, other) }
  /// True where an element is neither infinite nor not a number.
  public func isFinite() -> Tensor { Operators.isFinite(self) }
  /// True where an element is not a number.
  public func isNaN() -> Tensor { Operators.isNaN(self) }
  /// Whether shapes and all elements are the same.
  public func isEqual(to other: Tensor) -> Bool { Operators.equal(self, other) }
  /// Whether all elements differ by at most `absolute + relative * |other|`.
  public func isClose(to other: Tensor, relative: Double = 1e-5, absolute: Double = 1e-8) -> Bool {
    Operators.allClose(self, other, relative, absolute, false)
  }
  /// `a` where this is true, `b` elsewhere.
  public func select(_ a: Tensor, _ b: Tensor) -> Tensor { Operators.where(self, a, b) }
}
