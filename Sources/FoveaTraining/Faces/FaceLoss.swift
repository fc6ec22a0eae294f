import FoveaData
import FoveaModels
import Torch

extension FaceRecipe {
  /// How a batch has to be made up for the loss.
  enum BatchForm: Equatable {
    /// So many photographs of each of several people.
    case people(photographs: Int)
    /// Anchor, positive, negative, and so on.
    case triplets
    /// Query, positive and so many negatives, and so on.
    case sets(negatives: Int)

    /// How many images one unit of `training.batch_size` is.
    var imagesEach: Int {
      switch self {
      case .people: 1
      case .triplets: 3
      case .sets(let negatives): negatives + 2
      }
    }
  }

  var batchForm: BatchForm {
    switch loss {
    case .triplet where mining == .drawn: .triplets
    case .contrastive: .sets(negatives: negatives)
    default: .people(photographs: photographs)
    }
  }

  /// The centres of people, for losses that classify.
  func makeHead(embeddingSize: Int, people: Int) -> MarginHead? {
    switch loss {
    case .arcFace:
      MarginHead(embeddingSize, people: people, .arcFace(margin: margin ?? 0.5), scale: scale)
    case .cosFace:
      MarginHead(embeddingSize, people: people, .cosFace(margin: margin ?? 0.35), scale: scale)
    default: nil
    }
  }

  /// The loss of a batch of embeddings `[N, D]` in the form of ``batchForm``, and how often it was right already: the share
  /// of triplets whose negative is farther, or of queries (or photographs) that find their own.
  ///
  /// - Parameter labels: who each shows, `[N]`.
  func loss(of embeddings: Tensor, labels: Tensor, head: MarginHead?) -> (loss: Tensor, accuracy: Tensor) {
    switch batchForm {
    case .triplets:
      let parts = embeddings.reshape(-1, 3, embeddings.shape[1])
      let (anchor, positive, negative) = (parts[0..., 0], parts[0..., 1], parts[0..., 2])
      let isRight = distance(anchor.detach(), positive.detach()) .< distance(anchor.detach(), negative.detach())
      return (
        anchor.tripletLoss(positive: positive, negative: negative, margin: margin ?? 0.2, distance: distance),
        isRight.to(.float32).mean()
      )
    case .sets(let negatives):
      let parts = embeddings.reshape(-1, negatives + 2, embeddings.shape[1])
      let people = labels.reshape(-1, negatives + 2)
      let (scores, positives) = parts[0..., 0]
        .contrastiveScores(
          labels: people[0..., 0], candidates: parts[0..., 1...], candidateLabels: people[0..., 1...],
          wholeBatch: wholeBatch, temperature: temperature)
      let isRight = scores.detach().argmax(dim: 1) .== positives
      return (scores.crossEntropy(positives), isRight.to(.float32).mean())
    case .people:
      return (peopleLoss(of: embeddings, labels, head), Self.nearestIsOwn(embeddings.detach(), labels))
    }
  }

  private func peopleLoss(of embeddings: Tensor, _ labels: Tensor, _ head: MarginHead?) -> Tensor {
    switch loss {
    case .pairs: return embeddings.contrastiveLoss(labels: labels, margin: margin ?? 1, distance: distance)
    case .supervisedContrastive, .contrastive:
      return embeddings.supervisedContrastiveLoss(labels: labels, temperature: temperature)
    case .arcFace, .cosFace:
      guard let head else { preconditionFailure("\(loss.rawValue) needs the centres of people") }
      return head(embeddings, labels: labels).crossEntropy(labels)
    case .triplet:
      let mining = TripletMining(rawValue: mining.rawValue) ?? .batchHard
      return embeddings.tripletLoss(labels: labels, mining: mining, margin: margin ?? 0.2, distance: distance)
    }
  }

  /// The share of embeddings whose nearest neighbour in the batch is of the same person.
  private static func nearestIsOwn(_ embeddings: Tensor, _ labels: Tensor) -> Tensor {
    let count = embeddings.shape[0]
    guard count > 1 else { return .zeros([]) }
    let distances = EmbeddingDistance.euclidean.matrix(embeddings, embeddings)
      .maskedFill(.eye(count, dtype: .bool, device: embeddings.device), Double.infinity)
    return (labels.indexSelect(dim: 0, distances.argmin(dim: 1)) .== labels).to(.float32).mean()
  }
}
