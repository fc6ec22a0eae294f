import FoveaData
import FoveaMetrics
import FoveaModels
import Torch

/// What a captioner achieves on a set.
public struct CaptionEvaluation: Sendable {
  /// What was said of one image.
  public struct Guess: Sendable {
    /// The image's place in the set.
    public let index: Int
    public let caption: String
    public let references: [String]
    /// The score of the search: a mean log-probability where the length penalty is 1.
    public let score: Double
    /// Whether the caption is one of the references.
    public let isExact: Bool
  }

  /// Every metric.
  public let metrics: CaptionMetrics
  /// What was said of each image, in the set's order.
  public let guesses: [Guess]
  /// What could not be read and was left out.
  public let skipped: SkippedSamples

  /// Writes a sentence about every image of a set, and measures.
  ///
  /// - Parameters:
  ///   - transform: what is done to each image before the network; nil for nothing.
  ///   - batchTransform: what is done to each batch.
  ///   - policy: whether images that cannot be read are left out.
  ///   - progress: called after each batch with the number of images so far.
  /// - Throws: what is wrong with an image; ``TrainingError/data(_:)`` for a set without captions.
  public init(
    of model: CaptionModel, tokenizer: any Tokenizer, on dataset: any Dataset, transform: Transforms?,
    batchTransform: BatchTransforms = [], options: GenerationOptions, device: Device = .cpu, batchSize: Int = 100,
    threads: Int = 2, onBrokenSample policy: DataLoader.BrokenSamplePolicy = .stop,
    progress: (Int) -> Void = { _ in }
  ) throws {
    guard dataset is any CaptionedDataset else {
      throw TrainingError.data("the \(dataset.split.rawValue) set has no captions to compare with")
    }
    model.eval()
    let loader = DataLoader(
      dataset, batchSize: batchSize, transform: transform, batchTransform: batchTransform,
      threads: threads, onBrokenSample: policy)
    var skipped = SkippedSamples()
    var found: [(index: Int, caption: String, references: [String], score: Double)] = []
    let batches = loader.batches(epoch: 0)
    while let batch = try batches.nextBatch() {
      skipped.add(batch.skipped)
      let captions = try model.generate(batch.images.to(device), options: options)
      for (row, index) in batch.indices.enumerated() {
        let best = captions[row][0]
        found.append((index, tokenizer.decode(best.tokens), batch.captions[row], best.score))
      }
      progress(found.count)
    }
    self.skipped = skipped
    let corpus = CaptionCorpus(captions: found.map(\.caption), references: found.map(\.references))
    metrics = CaptionMetrics(corpus)
    guesses = zip(found, corpus.exactMatch().each).map {
      Guess(index: $0.index, caption: $0.caption, references: $0.references, score: $0.score, isExact: $1 == 1)
    }
  }
}
