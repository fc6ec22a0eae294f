/// What libtorch said of a call that it refused: wrong shapes, wrong types, an operator without a kernel.
public struct TorchError: Error, Sendable, CustomStringConvertible {
  /// The operator, such as `aten::conv2d`.
  public let operation: String
  /// libtorch's own message.
  public let message: String

  public var description: String {
    message.hasPrefix(operation) ? message : "\(operation): \(message)"
  }
}

/// The first failure inside a `withTorchErrors`.
final class ErrorScope: @unchecked Sendable {  // only ever used by the thread that runs the scope's body
  @TaskLocal static var current: ErrorScope?

  var failure: (any Error)?

  /// Whether a failure is waiting for the end of the scope around this code.
  static var hasFailed: Bool { current?.failure != nil }

  /// Keeps a failure for the scope around this code; without one, it is a programming error, and stops.
  static func report(_ message: String, in operation: String) {
    report(TorchError(operation: operation, message: message))
  }

  static func report(_ error: any Error) {
    guard let scope = current else { fatalError("\(error)") }
    if scope.failure == nil { scope.failure = error }
  }
}

/// Reports an error where Swift has no way to throw one, such as inside `for … in`: the `withTorchErrors` around this code
/// throws it at its end; without one, the program stops with its message.
public func reportError(_ error: any Error) { ErrorScope.report(error) }

/// Runs `body`; the first operator in it that fails becomes a thrown ``TorchError`` instead of a trap.
///
/// Without this, a wrong shape or type is a programming error and stops the program with libtorch's message. A server or
/// a notebook wraps what it cannot trust:
///
/// ```swift
/// let sum = try withTorchErrors { Tensor.zeros(2, 3) + Tensor.zeros(4) }   // throws
/// ```
///
/// After a failure the body goes on, with empty tensors in place of results, until it returns; the error is thrown then.
/// Code that reads values out of such a tensor and relies on them can still trap, so outside data is better checked
/// before. The scope holds for this thread only: a thread started inside has none.
///
/// - Throws: ``TorchError`` for the first failed operator, or whatever `body` throws.
public func withTorchErrors<Result>(_ body: () throws -> Result) throws -> Result {
  let scope = ErrorScope()
  let result: Result
  do {
    result = try ErrorScope.$current.withValue(scope, operation: body)
  } catch {
    if let failure = scope.failure { throw failure }
    throw error
  }
  if let failure = scope.failure { throw failure }
  return result
}
