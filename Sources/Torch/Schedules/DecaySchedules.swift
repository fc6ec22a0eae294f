import Foundation

/// Half a cosine, from the full learning rate to `end` of it (Loshchilov and Hutter, "SGDR", 2017, without restarts).
public struct CosineSchedule: Schedule {
  /// How many steps it takes; it stays at `end` after them.
  public let steps: Int
  /// The share of the learning rate that is left at the end.
  public let end: Double

  public init(steps: Int, end: Double = 0) {
    self.steps = steps
    self.end = end
  }

  public func factor(at step: Int) -> Double {
    end + (1 - end) * (1 + cos(.pi * progress(of: step, in: steps))) / 2
  }
}

/// A straight line, from the full learning rate to `end` of it.
public struct LinearSchedule: Schedule {
  /// How many steps it takes; it stays at `end` after them.
  public let steps: Int
  /// The share of the learning rate that is left at the end.
  public let end: Double

  public init(steps: Int, end: Double = 0) {
    self.steps = steps
    self.end = end
  }

  public func factor(at step: Int) -> Double { 1 + (end - 1) * progress(of: step, in: steps) }
}

/// A power of a straight line, from the full learning rate to zero: `(1 - t)^power`, as segmentation networks use it.
public struct PolynomialSchedule: Schedule {
  /// How many steps it takes; it stays at zero after them.
  public let steps: Int
  /// The power; 1 is a straight line.
  public let power: Double

  public init(steps: Int, power: Double = 0.9) {
    self.steps = steps
    self.power = power
  }

  public func factor(at step: Int) -> Double { pow(1 - progress(of: step, in: steps), power) }
}

/// How much of `steps` is over at a step, in 0...1.
private func progress(of step: Int, in steps: Int) -> Double {
  steps > 0 ? min(1, Double(step) / Double(steps)) : 1
}
