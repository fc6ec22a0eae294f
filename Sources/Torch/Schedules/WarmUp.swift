/// An even growth of the learning rate before another schedule begins (Goyal et al., "Accurate, Large Minibatch SGD",
/// 2017).
public struct WarmUp: Schedule {
  /// How many steps it takes.
  public let steps: Int
  /// The share of the learning rate to begin with.
  public let start: Double
  /// What comes after; its own step 0 is the first after the warm-up.
  public private(set) var next: any Schedule

  public init(steps: Int, from start: Double = 0, then next: any Schedule) {
    self.steps = steps
    self.start = start
    self.next = next
  }

  public func factor(at step: Int) -> Double {
    guard step < steps else { return next.factor(at: step - steps) }
    return (start + (1 - start) * Double(step) / Double(steps)) * next.factor(at: 0)
  }

  public func momentum(at step: Int) -> Double? { next.momentum(at: max(0, step - steps)) }

  public mutating func observe(_ metric: Double) { next.observe(metric) }

  public var state: [String: Double] {
    get { next.state }
    set { next.state = newValue }
  }
}
