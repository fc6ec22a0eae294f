import Foundation

/// The learning rate falls by a factor every so many steps.
public struct StepSchedule: Schedule {
  /// How many steps lie between two falls.
  public let every: Int
  /// What the learning rate is multiplied by at each.
  public let gamma: Double
  /// How many steps the run had made before this schedule's own step 0: those of a warm-up, which count too.
  public let start: Int

  public init(every: Int, gamma: Double = 0.1, startingAt start: Int = 0) {
    precondition(every > 0, "a step schedule of \(every) steps")
    self.every = every
    self.gamma = gamma
    self.start = start
  }

  public func factor(at step: Int) -> Double { pow(gamma, Double((start + step) / every)) }
}

/// The learning rate falls by a factor at given steps.
public struct MultiStepSchedule: Schedule {
  /// The steps.
  public let milestones: [Int]
  /// What the learning rate is multiplied by at each.
  public let gamma: Double

  public init(milestones: [Int], gamma: Double = 0.1) {
    self.milestones = milestones
    self.gamma = gamma
  }

  public func factor(at step: Int) -> Double { pow(gamma, Double(milestones.count { $0 <= step })) }
}
