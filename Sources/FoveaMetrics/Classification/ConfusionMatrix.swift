import Torch

/// Counts how many samples of each class were taken for each class.
public final class ConfusionMatrix: Metric {
  private var sum = RunningSum()

  public init() {}

  public func update(_ predictions: Predictions) { sum.add(predictions.confusion) }

  /// The counts so far; of no classes before the first batch.
  public func compute() -> Confusion { Confusion(counts: sum.elements(as: Int.self) ?? []) }

  public func reset() { sum = RunningSum() }
}
