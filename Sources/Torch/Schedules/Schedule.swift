/// How the learning rate changes in the course of training.
///
/// Most are pure functions of the step, so that a run that is resumed needs nothing but its step. A schedule gives a
/// factor of the optimizer's own learning rate, which is the highest of the run:
///
/// ```swift
/// let schedule = CosineSchedule(steps: 1_000).warmedUp(steps: 100)
/// optimizer.learningRate = 0.1 * schedule.factor(at: step)
/// ```
public protocol Schedule: Sendable {
  /// What the learning rate is multiplied by for a step, counted from 0.
  func factor(at step: Int) -> Double

  /// The optimizer's momentum for a step; nil leaves it alone.
  func momentum(at step: Int) -> Double?

  /// Takes note of the watched metric after a validation.
  mutating func observe(_ metric: Double)

  /// What it remembers, to be saved with checkpoints; empty for a pure function of the step.
  var state: [String: Double] { get set }
}

extension Schedule {
  public func momentum(at step: Int) -> Double? { nil }
  public mutating func observe(_ metric: Double) {}
  public var state: [String: Double] {
    get { [:] }
    set {}
  }

  /// This schedule after `steps` in which the learning rate grows evenly from `start` of its height.
  public func warmedUp(steps: Int, from start: Double = 0) -> any Schedule {
    steps > 0 ? WarmUp(steps: steps, from: start, then: self) : self
  }
}

/// The learning rate as it is.
public struct ConstantSchedule: Schedule {
  public init() {}

  public func factor(at step: Int) -> Double { 1 }
}
