import FoveaData
import FoveaMetrics
import FoveaTraining
import Torch

/// What a classifier achieves on a set.
public struct ClassifierEvaluation: Sendable {
  /// Every metric by its name, as `fovea evaluate --json` prints it.
  public let metrics: [String: Double]
  /// The names of the metrics, in the order in which they are shown.
  public let names: [String]
  /// How often each class was taken for each other.
  public let confusion: Confusion
  /// How many images were looked at.
  public let count: Int
}

extension Classifier {
  /// Runs over a set, and measures.
  ///
  /// - Parameter progress: called after each batch with the number of images so far.
  /// - Throws: what is wrong with an image; ``RecipeError`` where the set's classes are not the model's.
  public func evaluate(
    _ dataset: any Dataset, batchSize: Int = 128, threads: Int = 2, progress: (Int) -> Void = { _ in }
  ) throws -> ClassifierEvaluation {
    guard dataset.classNames == configuration.classNames else {
      throw RecipeError(
        "data", "its \(dataset.classNames.count) classes are not the model's \(configuration.classNames.count)")
    }
    let preprocessing = Preprocessing.evaluation(
      input: configuration.input, isFixedSize: try dataset.hasFixedSize(configuration.input.size))
    let loader = DataLoader(
      dataset, batchSize: batchSize, transform: preprocessing.sample, batchTransform: preprocessing.batch,
      threads: threads)
    let metrics = MetricCollection.classification(classes: configuration.classNames.count)
    let confusion = ConfusionMatrix()
    var count = 0
    let batches = loader.batches(epoch: 0)
    while let batch = try batches.nextBatch() {
      guard let labels = batch.labels else { throw RecipeError("data", "has no labels to compare with") }
      let predictions = Predictions(logits: withNoGrad { logits(batch.images) }, labels: labels)
      metrics.update(predictions)
      confusion.update(predictions)
      count += batch.count
      progress(count)
    }
    return ClassifierEvaluation(
      metrics: metrics.compute(), names: metrics.names, confusion: confusion.compute(), count: count)
  }
}
