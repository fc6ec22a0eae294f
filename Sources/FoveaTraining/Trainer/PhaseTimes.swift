import Foundation

/// How long each kind of work took, in all: a simple profiler.
///
/// A device other than the CPU works on while the program goes on, so its time shows up in the phase that waits for it.
public struct PhaseTimes: Sendable, Codable, Equatable, CustomStringConvertible {
  /// The kinds of work of a training.
  public enum Phase: String, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
    /// Waiting for batches, and moving them to the device.
    case data
    case forward
    case backward
    /// Clipping, the optimizer, the average of the weights.
    case optimizer
    case validation
    case checkpoint
  }

  private var spent: [Phase: Double] = [:]

  /// The seconds of a phase.
  public func seconds(_ phase: Phase) -> Double { spent[phase] ?? 0 }

  mutating func add(_ time: Duration, to phase: Phase) { spent[phase, default: 0] += time / .seconds(1) }

  public var description: String {
    let total = spent.values.reduce(0, +)
    return Phase.allCases.map { phase in
      let share = total > 0 ? seconds(phase) / total : 0
      let name = phase.rawValue + String(repeating: " ", count: 12 - phase.rawValue.count)
      return name + String(format: "%8.1f s %5.1f %%", seconds(phase), share * 100)
    }.joined(separator: "\n")
  }
}
