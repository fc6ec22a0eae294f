import Torch

/// The samples that a classifier was surest of, and wrong: what is worth looking at first. Often the label is wrong.
public final class ConfidentMistakes: Metric {
  /// One sample.
  public struct Mistake: Sendable, Hashable, Codable {
    /// Which sample it is.
    public let index: Int
    /// The class that it has.
    public let gold: Int
    /// The class that it was taken for.
    public let predicted: Int
    /// The probability of that class.
    public let confidence: Double
  }

  /// How many to keep.
  public let limit: Int

  private var mistakes: [Mistake] = []
  private var count = 0

  /// - Parameter limit: how many to keep, at least 1.
  public init(limit: Int = 24) {
    precondition(limit >= 1, "keeping \(limit) mistakes")
    self.limit = limit
  }

  /// Adds a batch whose samples are counted on from those before.
  public func update(_ predictions: Predictions) {
    update(predictions, indices: Tensor.arange(predictions.count) + count)
  }

  /// Adds a batch.
  ///
  /// - Parameter indices: which sample each is, `[N]`, such as its place in a data set.
  public func update(_ predictions: Predictions, indices: Tensor) {
    precondition(indices.shape == predictions.labels.shape, "\(indices.shape) indices of \(predictions.count) samples")
    count += predictions.count
    guard predictions.count > 0 else { return }
    let confidence = predictions.confidence.maskedFill(predictions.isCorrect, -1.0)
    let surest = confidence.topK(min(limit, predictions.count))
    func picked(_ tensor: Tensor) -> [Int] { tensor.to(.cpu).indexSelect(dim: 0, surest.indices.to(.cpu)).array() }
    let (places, gold, predicted) = (picked(indices), picked(predictions.labels), picked(predictions.predicted))
    for (position, confidence) in surest.values.array(Double.self).enumerated() where confidence >= 0 {
      mistakes.append(
        Mistake(
          index: places[position], gold: gold[position], predicted: predicted[position], confidence: confidence))
    }
    mistakes = Array(mistakes.sorted { ($1.confidence, $0.index) < ($0.confidence, $1.index) }.prefix(limit))
  }

  /// The mistakes, the most confident first.
  public func compute() -> [Mistake] { mistakes }

  public func reset() {
    mistakes = []
    count = 0
  }
}
