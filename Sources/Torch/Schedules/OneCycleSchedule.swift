import Foundation

/// Up to the full learning rate and down to almost nothing, while momentum goes the other way (Smith and Topin,
/// "Super-Convergence", 2018); the same numbers as PyTorch's `OneCycleLR` in its two phases.
public struct OneCycleSchedule: Schedule {
  /// How many steps the cycle takes.
  public let steps: Int
  /// The share of the steps that go up.
  public let warmUpShare: Double
  /// The full learning rate divided by the first one.
  public let startDivisor: Double
  /// The first learning rate divided by the last one.
  public let endDivisor: Double
  /// Momentum at the highest and at the lowest learning rate; nil leaves momentum alone.
  public let momentum: ClosedRange<Double>?
  /// Whether it goes up and down in straight lines, not in half cosines.
  public let isLinear: Bool

  public init(
    steps: Int, warmUpShare: Double = 0.3, startDivisor: Double = 25, endDivisor: Double = 1e4,
    momentum: ClosedRange<Double>? = 0.85...0.95, isLinear: Bool = false
  ) {
    precondition((0...1).contains(warmUpShare), "a warm-up of \(warmUpShare) of the steps; it must be in 0...1")
    self.steps = steps
    self.warmUpShare = warmUpShare
    self.startDivisor = startDivisor
    self.endDivisor = endDivisor
    self.momentum = momentum
    self.isLinear = isLinear
  }

  public func factor(at step: Int) -> Double {
    along(step, up: (1 / startDivisor, 1), down: (1, 1 / (startDivisor * endDivisor)))
  }

  public func momentum(at step: Int) -> Double? {
    guard let momentum else { return nil }
    return along(
      step, up: (momentum.upperBound, momentum.lowerBound), down: (momentum.lowerBound, momentum.upperBound))
  }

  private func along(_ step: Int, up: (Double, Double), down: (Double, Double)) -> Double {
    let step = Double(min(step, steps - 1))
    let top = warmUpShare * Double(steps) - 1
    let last = Double(steps - 1)
    if step <= top { return between(up.0, up.1, share: top > 0 ? step / top : 1) }
    return between(down.0, down.1, share: last > top ? (step - top) / (last - top) : 1)
  }

  private func between(_ start: Double, _ end: Double, share: Double) -> Double {
    isLinear ? start + (end - start) * share : end + (start - end) / 2 * (1 + cos(.pi * share))
  }
}
