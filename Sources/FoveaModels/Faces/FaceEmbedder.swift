import Torch

/// A network from photographs of faces `[N, C, H, W]` to embeddings `[N, D]`: photographs of one person come to lie near
/// each other, of two people far apart.
public protocol FaceEmbedder: Layer {
  /// The number D of an embedding's elements.
  var embeddingSize: Int { get }

  /// Whether embeddings are of length 1, as thresholds on distances need; true at first.
  var isNormalized: Bool { get set }
}

extension FaceEmbedder {
  /// Embeddings with a length of 1, unless the network was asked to leave them as they are.
  func finished(_ embeddings: Tensor) -> Tensor { isNormalized ? embeddings.normalize(dim: 1) : embeddings }
}
