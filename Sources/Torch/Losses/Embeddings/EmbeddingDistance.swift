/// How far apart two embeddings are.
public enum EmbeddingDistance: String, Sendable, CaseIterable, Codable {
  /// 1 minus the cosine of the angle between them: 0 for the same direction, 2 for opposite ones.
  case cosine
  /// The length of the straight line between them.
  case euclidean
  /// The sum of the absolute differences.
  case manhattan

  /// The distances of rows `[..., D]` to the rows at the same places: `[...]`.
  public func callAsFunction(_ a: Tensor, _ b: Tensor) -> Tensor {
    switch self {
    case .cosine: 1 - (a.normalize(dim: -1) * b.normalize(dim: -1)).sum(dim: -1)
    case .euclidean: (a - b).norm(2, dims: [-1])
    case .manhattan: (a - b).norm(1, dims: [-1])
    }
  }

  /// The distances of each row of `[N, D]` to each of `[M, D]`: `[N, M]`.
  public func matrix(_ a: Tensor, _ b: Tensor) -> Tensor {
    switch self {
    case .cosine: 1 - a.normalize(dim: -1).matmul(b.normalize(dim: -1).mT)
    // Without the matrix product (mode 2), which finds a small distance between embeddings that are the same.
    case .euclidean: Operators.cdist(a, b, 2, 2)
    case .manhattan: Operators.cdist(a, b, 1, nil)
    }
  }
}
