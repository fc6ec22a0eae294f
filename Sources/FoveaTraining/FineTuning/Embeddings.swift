import FoveaData
import FoveaModels
import Torch

/// A network that gives an embedding of each image: what its head reads.
public protocol EmbeddingNetwork: ImageClassifier {
  /// Embeddings `[N, D]` of normalised images `[N, C, H, W]`.
  func features(_ images: Tensor) -> Tensor
}

extension VisionTransformer: EmbeddingNetwork {}
extension ConvNeXt: EmbeddingNetwork {}

/// The embeddings of a set of images, with their labels: what nearest neighbours and linear probes work on, so that the
/// network runs once over each image.
///
/// ```swift
/// let training = try Embeddings(of: splits.train, by: backbone, input: input)
/// let test = try Embeddings(of: splits.test, by: backbone, input: input)
/// let neighbours = NearestNeighbors(training, classes: 10)
/// print(test.accuracy(of: neighbours.votes(for: test.features)))
/// ```
public struct Embeddings: Sendable {
  /// `[N, D]`, float32, on the CPU.
  public let features: Tensor
  /// `[N]`, int64.
  public let labels: Tensor

  public init(features: Tensor, labels: Tensor) {
    precondition(
      features.rank == 2 && labels.rank == 1 && features.shape[0] == labels.shape[0],
      "embeddings [N, D] and labels [N], not \(features.shape) and \(labels.shape)")
    self.features = features
    self.labels = labels
  }

  /// Runs a network over a set, in evaluation mode.
  ///
  /// - Parameters:
  ///   - network: its ``EmbeddingNetwork/features(_:)`` are taken.
  ///   - input: how images become its input.
  ///   - progress: called after each batch with the number of images so far.
  /// - Throws: what is wrong with an image; ``TrainingError/data(_:)`` where there are no labels.
  public init(
    of dataset: any Dataset, by network: any EmbeddingNetwork, input: ClassifierInput, batchSize: Int = 64,
    threads: Int = 2, progress: (Int) -> Void = { _ in }
  ) throws {
    let preprocessing = Preprocessing.evaluation(input: input, isFixedSize: try dataset.isFixed(at: input.size))
    let loader = DataLoader(
      dataset, batchSize: batchSize, transform: preprocessing.sample, batchTransform: preprocessing.batch,
      threads: threads)
    let device = network.parameters().first?.value.device ?? .cpu
    let wasTraining = network.isTraining
    network.eval()
    defer { network.train(wasTraining) }
    var features: [Tensor] = []
    var labels: [Tensor] = []
    var done = 0
    let batches = loader.batches(epoch: 0)
    while let batch = try batches.nextBatch() {
      guard let truth = batch.labels else { throw TrainingError.data("the data has no labels to learn from") }
      features.append(withNoGrad { network.features(batch.images.to(device)).to(.float32).to(.cpu) })
      labels.append(truth)
      done += batch.count
      progress(done)
    }
    guard !features.isEmpty else { throw TrainingError.data("there is not a single image") }
    self.init(features: Tensor.cat(features), labels: Tensor.cat(labels))
  }

  /// The share of samples whose highest score `[N, classes]` is their label's.
  public func accuracy(of scores: Tensor) -> Double {
    Double((scores.argmax(dim: 1) .== labels).to(.float64).mean())
  }
}
