extension Tensor {
  /// The supervised contrastive loss of these embeddings `[N, D]` (Khosla et al., 2020): each is to find the others of its
  /// person among all of the batch, by the softmax of cosines; the mean of the logarithms is outside ("L out").
  ///
  /// Embeddings that are alone of their person count for nothing.
  ///
  /// - Parameters:
  ///   - labels: whose embedding each is, `int64` `[N]`.
  ///   - temperature: divides the cosines.
  public func supervisedContrastiveLoss(labels: Tensor, temperature: Double = 0.1) -> Tensor {
    let embeddings = normalize(dim: -1)
    let (positives, negatives) = labels.pairMasks()
    // Large and finite: the diagonal is multiplied by 0 below, and infinity times 0 is no number.
    let cosines = (embeddings.matmul(embeddings.mT) / temperature).maskedFill(
      (positives .|| negatives).logicalNot(), -1e9)
    let logProbabilities = cosines - cosines.logSumExp(dim: 1, keepDim: true)
    let weights = positives.to(dtype)
    let found = weights.sum(dim: 1)
    let means = (logProbabilities * weights).sum(dim: 1) / found.clamp(min: 1)
    return (-means)[found .> 0].meanOrZero()
  }
}
