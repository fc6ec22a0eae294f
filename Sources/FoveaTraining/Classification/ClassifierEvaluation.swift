import FoveaData
import FoveaMetrics
import Torch

/// What a classifier achieves on a set.
public struct ClassifierEvaluation: Sendable {
  /// What was said of one image.
  public struct Guess: Sendable, Hashable {
    /// The image's place in the set.
    public let index: Int
    /// The class that it has.
    public let gold: Int
    /// The class that the model took it for.
    public let predicted: Int
    /// How sure the model was, in 0...1.
    public let confidence: Double
  }

  /// Every metric by its name.
  public let metrics: [String: Double]
  /// The names of the metrics, in the order in which they are shown.
  public let names: [String]
  /// How often each class was taken for each other.
  public let confusion: Confusion
  /// How far confidence is from accuracy.
  public let reliability: ReliabilityTable
  /// What was said of each image, in the set's order.
  public let guesses: [Guess]
  /// What could not be read and was left out.
  public let skipped: SkippedSamples

  /// The mistakes that the model was surest of.
  public func mistakes(_ count: Int) -> [Guess] {
    Array(guesses.filter { $0.gold != $0.predicted }.sorted { $0.confidence > $1.confidence }.prefix(count))
  }

  /// Runs a classifier over a set, and measures.
  ///
  /// - Parameters:
  ///   - logits: from normalised images `[N, C, H, W]` to logits `[N, classes]`.
  ///   - dataset: has a label for each image.
  ///   - input: how its images become the classifier's input.
  ///   - classNames: the classes of the logits.
  ///   - policy: whether images that cannot be read are left out.
  ///   - progress: called after each batch with the number of images so far.
  /// - Throws: what is wrong with an image; ``TrainingError/data(_:)`` where the set's classes are not the model's.
  public init(
    of logits: (Tensor) -> Tensor, on dataset: any Dataset, input: ClassifierInput, classNames: [String],
    batchSize: Int = 250, threads: Int = 2, onBrokenSample policy: DataLoader.BrokenSamplePolicy = .stop,
    progress: (Int) -> Void = { _ in }
  ) throws {
    guard dataset.classNames == classNames else {
      throw TrainingError.data(
        "the data's \(dataset.classNames.count) classes (\(dataset.classNames.prefix(3).joined(separator: ", ")), ...) are "
          + "not the model's \(classNames.count) (\(classNames.prefix(3).joined(separator: ", ")), ...)")
    }
    let preprocessing = Preprocessing.evaluation(input: input, isFixedSize: try dataset.isFixed(at: input.size))
    let loader = DataLoader(
      dataset, batchSize: batchSize, transform: preprocessing.sample, batchTransform: preprocessing.batch,
      threads: threads, onBrokenSample: policy)
    let metrics = MetricCollection.classification(classes: classNames.count)
    let confusion = ConfusionMatrix()
    let calibration = CalibrationError()
    var guesses: [Guess] = []
    var skipped = SkippedSamples()
    let batches = loader.batches(epoch: 0)
    while let batch = try batches.nextBatch() {
      skipped.add(batch.skipped)
      guard let labels = batch.labels else { throw TrainingError.data("the data has no labels to compare with") }
      let scores = withNoGrad { logits(batch.images) }
      let predictions = Predictions(logits: scores, labels: labels)
      metrics.update(predictions)
      confusion.update(predictions)
      calibration.update(predictions)
      let (confidences, classes) = scores.softmax(dim: 1).max(dim: 1)
      let answers = zip(labels.array(Int.self), zip(classes.array(Int.self), confidences.array(Double.self)))
      for (index, (gold, (predicted, confidence))) in zip(batch.indices, answers) {
        guesses.append(Guess(index: index, gold: gold, predicted: predicted, confidence: confidence))
      }
      progress(guesses.count)
    }
    self.metrics = metrics.compute()
    names = metrics.names
    self.confusion = confusion.compute()
    reliability = calibration.table()
    self.guesses = guesses
    self.skipped = skipped
  }
}

extension Dataset {
  /// Whether whole batches of it can be had, all of this size already.
  func isFixed(at size: ImageSize) throws -> Bool {
    guard self is any BatchedDataset, count > 0 else { return false }
    return try self[0].size == size
  }
}
