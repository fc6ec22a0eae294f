/// A number given to an operator beside its tensors: an integer, a floating-point number or a truth value.
///
/// It keeps its kind, because libtorch's results depend on it: an integer tensor plus `2` stays an integer tensor, plus
/// `2.0` it becomes a floating-point one. Literals and variables of Swift's number types convert by themselves.
public enum Scalar: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral
{
  case int(Int)
  case double(Double)
  case bool(Bool)

  public init(integerLiteral value: Int) { self = .int(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }

  /// A scalar from any integer.
  public init(_ value: some BinaryInteger) { self = .int(Int(value)) }
  /// A scalar from any floating-point number.
  public init(_ value: some BinaryFloatingPoint) { self = .double(Double(value)) }
  /// A scalar from a truth value.
  public init(_ value: Bool) { self = .bool(value) }
}

/// A number of Swift's that can stand beside a tensor: `x * 2`, `1 - x`, `x.pow(0.5)`.
public protocol ScalarConvertible {
  /// The number, of its own kind.
  var scalar: Scalar { get }
}

extension Scalar: ScalarConvertible { public var scalar: Scalar { self } }
extension Int: ScalarConvertible { public var scalar: Scalar { .int(self) } }
extension Double: ScalarConvertible { public var scalar: Scalar { .double(self) } }
extension Float: ScalarConvertible { public var scalar: Scalar { .double(Double(self)) } }
extension Bool: ScalarConvertible { public var scalar: Scalar { .bool(self) } }
