internal import CTorch

/// An operator of libtorch's dispatcher, with the Swift types of its arguments and of its result.
///
/// ```swift
/// enum Operators {
///   static let relu = Op<Tensor, Tensor>("aten::relu")
///   static let max = Op<(Tensor, Tensor), Tensor, Int, Bool>("aten::max", "dim")
/// }
/// ```
/// The first type is the result, the others are the arguments; those left out at the end take the schema's defaults.
/// A call goes through every dispatch key, so autograd, autocast and devices work for each of libtorch's operators, also
/// for those that Fovea has no method for.
public struct Op<Result, each Argument: OperatorArgument>: Sendable {
  private nonisolated(unsafe) let found: OpaquePointer?
  private let name: String
  private let problem: String

  /// Looks the operator up. One that libtorch does not have is reported when it is called.
  public init(_ name: String, _ overload: String = "") {
    self.name = overload.isEmpty ? name : "\(name).\(overload)"
    found = ct_operator_find(name, overload)
    problem = found == nil ? String(cString: ct_error_message()) : ""
  }

  /// Calls, and hands the results to `take`; nil after a failure that a scope keeps.
  private func run<Taken>(_ argument: repeat each Argument, take: (OperatorFrame) -> Taken?) -> Taken? {
    guard let found else {
      ErrorScope.report(problem, in: name)
      return nil
    }
    let frame = OperatorFrame(ct_frame_begin(found))
    defer { ct_frame_end(frame.raw) }
    repeat (each argument).push(onto: frame)
    guard ct_call(frame.raw) == 0 else {
      ErrorScope.report(String(cString: ct_error_message()), in: name)
      return nil
    }
    return take(frame)
  }
}

extension Op where Result == Tensor {
  public func callAsFunction(_ argument: repeat each Argument) -> Tensor {
    run(repeat each argument) { $0.tensor(0) } ?? .placeholder
  }
}

extension Op where Result == (Tensor, Tensor) {
  public func callAsFunction(_ argument: repeat each Argument) -> (Tensor, Tensor) {
    run(repeat each argument) { ($0.tensor(0), $0.tensor(1)) } ?? (.placeholder, .placeholder)
  }
}

extension Op where Result == (Tensor, Tensor, Tensor) {
  public func callAsFunction(_ argument: repeat each Argument) -> (Tensor, Tensor, Tensor) {
    run(repeat each argument) { ($0.tensor(0), $0.tensor(1), $0.tensor(2)) }
      ?? (.placeholder, .placeholder, .placeholder)
  }
}

extension Op where Result == [Tensor] {
  public func callAsFunction(_ argument: repeat each Argument) -> [Tensor] {
    run(repeat each argument) { $0.tensors(0) } ?? []
  }
}

extension Op where Result == Double {
  public func callAsFunction(_ argument: repeat each Argument) -> Double {
    run(repeat each argument) { ct_take_double($0.raw, 0) } ?? .nan
  }
}

extension Op where Result == Int {
  public func callAsFunction(_ argument: repeat each Argument) -> Int {
    run(repeat each argument) { Int(ct_take_int($0.raw, 0)) } ?? 0
  }
}

extension Op where Result == Bool {
  public func callAsFunction(_ argument: repeat each Argument) -> Bool {
    run(repeat each argument) { ct_take_bool($0.raw, 0) != 0 } ?? false
  }
}

extension Op where Result == Void {
  public func callAsFunction(_ argument: repeat each Argument) {
    run(repeat each argument) { _ in () }
  }
}

/// Every operator that Fovea declares; each file of `Operators/` adds its own, beside the methods that call them.
///
/// A test reads these declarations and compares each with its schema, so a wrong type or count cannot be committed.
enum Operators {}
