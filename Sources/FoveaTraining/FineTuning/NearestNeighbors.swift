import Torch

/// Classifies by the nearest labelled embeddings: how self-supervised backbones are judged without any training
/// (Wu et al., 2018; Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", 2021).
public struct NearestNeighbors {
  private let features: Tensor
  private let labels: Tensor
  private let classes: Int
  private let count: Int
  private let temperature: Double

  /// - Parameters:
  ///   - examples: the labelled embeddings.
  ///   - classes: the number of classes; labels are below it.
  ///   - count: how many neighbours vote.
  ///   - temperature: the lower, the more the nearest of them count.
  public init(_ examples: Embeddings, classes: Int, count: Int = 20, temperature: Double = 0.07) {
    precondition(count > 0 && temperature > 0, "\(count) neighbours at a temperature of \(temperature)")
    features = examples.features.normalize()
    labels = examples.labels
    self.classes = classes
    self.count = min(count, examples.labels.count)
    self.temperature = temperature
  }

  /// The votes for each class, `[N, classes]`: each neighbour's is `exp(cosine / temperature)`; each row adds up to 1.
  ///
  /// - Parameter queries: `[N, D]`.
  public func votes(for queries: Tensor) -> Tensor {
    // In pieces, since the similarities to all examples may be many.
    Tensor.cat(
      queries.split(1024).map { piece in
        let (values, indices) = piece.normalize().matmul(features.mT).topK(count, dim: 1)
        let neighbours = labels[indices].oneHot(classes: classes).to(.float32)
        let weights = (values / temperature).softmax(dim: 1)
        return (neighbours * weights.unsqueeze(2)).sum(dim: 1)
      })
  }
}
