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
