import Torch

/// The share of samples whose highest score is that of the gold class; NaN where there were no samples.
public final class Accuracy: Metric {
  private var correct = RunningSum()
  private var count = 0

  public init() {}

  public func update(_ predictions: Predictions) {
    correct.add(predictions.isCorrect.sum())
    count += predictions.count
  }

  public func compute() -> Double { Double(correct.elements(as: Int.self)?.first ?? 0) / Double(count) }

  public func reset() {
    correct = RunningSum()
    count = 0
  }
}

/// The share of samples whose gold class is among the `k` highest scores; NaN where there were no samples.
///
/// Of equal scores the class with the higher number counts as the higher one, as in scikit-learn: a model that says the
/// same of every class is not rewarded for it.
public final class TopKAccuracy: Metric {
  /// How many guesses a sample may have.
  public let k: Int

  private var hits = RunningSum()
  private var count = 0

  /// - Parameter k: how many guesses a sample may have, at least 1.
  public init(_ k: Int) {
    precondition(k >= 1, "top-\(k) accuracy")
    self.k = k
  }

  public func update(_ predictions: Predictions) {
    hits.add((predictions.goldRank .< k).sum())
    count += predictions.count
  }

  public func compute() -> Double { Double(hits.elements(as: Int.self)?.first ?? 0) / Double(count) }

  public func reset() {
    hits = RunningSum()
    count = 0
  }
}
