import Foundation

/// How long each kind of work took, in all: a simple profiler.
///
/// A device other than the CPU works on while the program goes on, so its time shows up in the phase that waits for it.
public struct PhaseTimes: Sendable, CustomStringConvertible {
  /// The kinds of work of a training.
  public enum Phase: String, Sendable, CaseIterable {
    /// Waiting for batches, and moving them to the device.
    case data
    case forward
    case backward
    /// Clipping, the optimizer, the average of the weights.
    case optimizer
    case validation
    case checkpoint
  }

  private var times: [Phase: Duration] = [:]

  /// The seconds of a phase.
  public func seconds(_ phase: Phase) -> Double { (times[phase] ?? .zero) / .seconds(1) }

  mutating func add(_ time: Duration, to phase: Phase) { times[phase, default: .zero] += time }

  public var description: String {
    let total = Phase.allCases.map(seconds).reduce(0, +)
    return Phase.allCases.map { phase in
      let share = total > 0 ? seconds(phase) / total : 0
      let name = phase.rawValue + String(repeating: " ", count: 12 - phase.rawValue.count)
      return name + String(format: "%8.1f s %5.1f %%", seconds(phase), share * 100)
    }.joined(separator: "\n")
  }
}
