import FoveaData
import FoveaMetrics
import FoveaModels
import Torch

/// A face embedder with its loss and its metrics, ready to be trained.
///
/// Validation has the metrics `auc` and `eer` over the pairs of the validation set and `rank_1` over its photographs; its
/// `loss` is the supervised contrastive one whatever is trained with, as validation batches are not made up for another.
public final class FaceModule: TrainingModule {
  /// From photographs to embeddings.
  public let model: any FaceEmbedder
  /// The centres of people, for losses that classify.
  public let head: MarginHead?

  private let recipe: FaceRecipe
  /// Behind a function, as a module looks into its arrays for layers.
  private let pairs: () -> [FacePair]
  private let configure: (Module, TrainingPlan) throws -> Optimization
  private var collected: [Int: (embedding: Tensor, person: Int)] = [:]

  /// - Parameters:
  ///   - people: how many people there are to learn from.
  ///   - pairs: of the validation set.
  ///   - configure: makes the optimizer of everything that is trained, and its schedule.
  public init(
    _ model: any FaceEmbedder, people: Int, recipe: FaceRecipe, pairs: [FacePair],
    optimization configure: @escaping (Module, TrainingPlan) throws -> Optimization
  ) {
    self.model = model
    self.recipe = recipe
    self.pairs = { pairs }
    self.configure = configure
    head = recipe.makeHead(embeddingSize: model.embeddingSize, people: people)
  }

  public override var trainedModel: Module { model }

  public override func trainingStep(_ batch: Batch) throws -> StepOutput {
    let labels = try batch.people()
    let each = recipe.batchForm.imagesEach
    guard batch.count.isMultiple(of: each) else {
      throw TrainingError.data(
        "batch \(batch.number) has \(batch.count) photographs, which are no whole sets of \(each); broken photographs "
          + "cannot be skipped here")
    }
    let (loss, accuracy) = recipe.loss(of: model(batch.images).to(.float32), labels: labels, head: head)
    return StepOutput(loss: loss, values: ["accuracy": accuracy], count: batch.count)
  }

  public override func validationStep(_ batch: Batch) throws -> StepOutput {
    let labels = try batch.people()
    let embeddings = model.flipAveraged(batch.images)
    for (row, (place, person)) in zip(batch.indices, labels.array(Int.self)).enumerated() {
      collected[place] = (embeddings[row].to(.cpu), person)
    }
    return StepOutput(
      loss: embeddings.supervisedContrastiveLoss(labels: labels, temperature: 0.1), count: batch.count)
  }

  public override func validationMetrics() -> [String: Double] {
    defer { collected = [:] }
    // A look at some batches before the training starts sees some of the photographs only.
    let places = collected.keys.sorted()
    let rows = Dictionary(uniqueKeysWithValues: places.enumerated().map { ($1, $0) })
    let seen = pairs().compactMap { pair in
      rows[pair.first].flatMap { first in rows[pair.second].map { FacePair(first, $0, isSame: pair.isSame) } }
    }
    let found = places.compactMap { collected[$0] }
    guard !found.isEmpty else { return [:] }
    return FaceEvaluation(
      embeddings: .stack(found.map(\.embedding)), people: found.map(\.person), pairs: seen, folds: 0
    ).metrics.filter { ["auc", "eer", "rank_1"].contains($0.key) }
  }

  public override func configureOptimizers(_ plan: TrainingPlan) throws -> Optimization { try configure(self, plan) }
}

extension FaceEmbedder {
  /// Embeddings of photographs and of their mirror images, added up and of length 1: steadier than either.
  public func flipAveraged(_ images: Tensor) -> Tensor {
    (callAsFunction(images) + callAsFunction(images.flip(-1))).to(.float32).normalize(dim: 1)
  }
}

extension Batch {
  fileprivate func people() throws -> Tensor {
    guard let labels, labels.rank == 1 else {
      throw TrainingError.data("batch \(number) does not say who its photographs show")
    }
    return labels
  }
}
