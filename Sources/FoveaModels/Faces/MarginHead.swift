import Torch

/// The centres of people among embeddings, for training with ArcFace or CosFace; thrown away afterwards.
public final class MarginHead: Module {
  /// `[people, embedding size]`.
  public let weight: Parameter
  /// How the right person is made harder.
  public let margin: AngularMargin
  /// What cosines are multiplied by.
  public let scale: Double

  public init(_ embeddingSize: Int, people: Int, _ margin: AngularMargin, scale: Double = 64) {
    weight = Parameter([people, embeddingSize], .normal(std: 0.01))
    self.margin = margin
    self.scale = scale
  }

  /// Logits `[N, people]` of embeddings `[N, D]`, for a cross-entropy with `labels` `[N]`.
  public func callAsFunction(_ embeddings: Tensor, labels: Tensor) -> Tensor {
    embeddings.normalize(dim: 1).matmul(weight.value.normalize(dim: 1).mT).marginLogits(labels, margin, scale: scale)
  }
}
