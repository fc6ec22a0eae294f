/// The learning rate falls by a factor when a metric has stopped getting better; the same decisions as PyTorch's
/// `ReduceLROnPlateau` with a relative threshold.
public struct PlateauSchedule: Schedule {
  /// Whether larger values of the metric are better.
  public let isLargerBetter: Bool
  /// What the learning rate is multiplied by at each fall.
  public let gamma: Double
  /// How many validations without improvement are borne.
  public let patience: Int
  /// The relative change that counts as better.
  public let threshold: Double
  /// How many validations after a fall are not counted.
  public let cooldown: Int
  /// The share of the learning rate below which it does not fall.
  public let end: Double

  private var best: Double
  private var badCount = 0
  private var cooldownLeft = 0
  private var present = 1.0

  public init(
    isLargerBetter: Bool = false, gamma: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, cooldown: Int = 0,
    end: Double = 0
  ) {
    self.isLargerBetter = isLargerBetter
    self.gamma = gamma
    self.patience = patience
    self.threshold = threshold
    self.cooldown = cooldown
    self.end = end
    best = isLargerBetter ? -.infinity : .infinity
  }

  public func factor(at step: Int) -> Double { present }

  public mutating func observe(_ metric: Double) {
    if isBetter(metric) {
      best = metric
      badCount = 0
    } else {
      badCount += 1
    }
    if cooldownLeft > 0 {
      cooldownLeft -= 1
      badCount = 0
    }
    if badCount > patience {
      present = max(present * gamma, end)
      cooldownLeft = cooldown
      badCount = 0
    }
  }

  private func isBetter(_ metric: Double) -> Bool {
    isLargerBetter ? metric > best * (1 + threshold) : metric < best * (1 - threshold)
  }

  public var state: [String: Double] {
    get {
      ["best": best, "bad": Double(badCount), "cooldown": Double(cooldownLeft), "factor": present]
    }
    set {
      best = newValue["best"] ?? best
      badCount = Int(exactly: newValue["bad"] ?? 0) ?? 0
      cooldownLeft = Int(exactly: newValue["cooldown"] ?? 0) ?? 0
      present = newValue["factor"] ?? 1
    }
  }
}
