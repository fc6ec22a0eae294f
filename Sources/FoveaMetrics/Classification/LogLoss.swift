import Torch

/// The mean cross-entropy: minus the natural logarithm of the probability of the gold class, over all samples; NaN where
/// there were none. scikit-learn calls it `log_loss`.
///
/// It is the plain loss of a classifier, without the label smoothing or the class weights that it may be trained with.
public final class LogLoss: Metric {
  private var sum = RunningSum()
  private var count = 0

  public init() {}

  public func update(_ predictions: Predictions) {
    sum.add(predictions.goldLogProbability.to(.cpu).to(.float64).sum())
    count += predictions.count
  }

  public func compute() -> Double { -(sum.elements(as: Double.self)?.first ?? 0) / Double(count) }

  public func reset() {
    sum = RunningSum()
    count = 0
  }
}
