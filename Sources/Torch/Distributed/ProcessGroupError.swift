/// Why several processes cannot compute together, or no longer.
public enum ProcessGroupError: Error, Sendable, Equatable, CustomStringConvertible {
  /// An environment variable is missing, which another that is set makes necessary.
  case missing(variable: String, neededFor: String)
  /// An environment variable is not a number in the range.
  case invalid(variable: String, value: String, ClosedRange<Int>)
  /// The processes did not come together.
  case notFormed(address: String, message: String)
  /// Another process has ended, or has not answered in time.
  case lost(operation: String, message: String)
  /// Parameters without a gradient, which the processes cannot average.
  case withoutGradient(parameters: [String])
  /// A device whose tensors cannot be exchanged.
  case unsupported(Device)

  public var description: String {
    switch self {
    case .missing(let variable, let other):
      "the environment variable \(variable) is not set, but \(other) asks for several processes: set it (torchrun does), "
        + "or unset \(other.prefix { $0 != "=" }) for one process"
    case .invalid(let variable, let value, let range):
      "the environment variable \(variable) is '\(value)'; it must be a whole number from \(range.lowerBound) to "
        + "\(range.upperBound)"
    case .notFormed(let address, let message):
      "the processes did not come together at \(address): \(message)"
    case .lost(let operation, let message):
      "another process has ended, or does not answer (\(operation)); its own messages say why. Here: \(message)"
    case .withoutGradient(let parameters):
      "\(parameters.count) parameters got no gradient, which the processes cannot average: "
        + parameters.prefix(5).joined(separator: ", ") + (parameters.count > 5 ? ", ..." : "")
        + "; freeze what the loss does not depend on"
    case .unsupported(let device):
      "several processes train together on the CPU (Gloo), not on \(device) (NCCL): choose the device cpu, or one process"
    }
  }
}
