extension Tensor {
  /// The contrastive loss of pairs (Hadsell, Chopra and LeCun, 2006): d²/2 for the same person, and
  /// max(0, margin - d)²/2 for two, so that pairs farther apart than the margin are left alone.
  ///
  /// - Parameters:
  ///   - other: the second embedding of each pair; both are `[N, D]`.
  ///   - isSame: `[N]`, whether they are of the same person: boolean, or 0 and 1.
  public func contrastiveLoss(
    _ other: Tensor, isSame: Tensor, margin: Double = 1, distance: EmbeddingDistance = .euclidean,
    reduction: Reduction = .mean
  ) -> Tensor {
    let d = distance(self, other)
    return reduction.apply(to: isSame.to(.bool).select(d.square(), (margin - d).relu().square()) / 2)
  }

  /// The contrastive loss of all pairs among these embeddings `[N, D]`: the mean over pairs of the same person plus the
  /// mean over the others, or the many pairs of two people would outvote the few of one.
  ///
  /// - Parameter labels: whose embedding each is, `int64` `[N]`.
  public func contrastiveLoss(
    labels: Tensor, margin: Double = 1, distance: EmbeddingDistance = .euclidean
  ) -> Tensor {
    let d = distance.matrix(self, self)
    let (positives, negatives) = labels.pairMasks()
    return d[positives].square().meanOrZero() / 2 + (margin - d[negatives]).relu().square().meanOrZero() / 2
  }

  /// The scores of queries among candidates by their dot products, for a cross-entropy in which the right answer of each
  /// query is its own first candidate: the contrastive loss in the form of a softmax (Sohn, 2016; van den Oord, Li and
  /// Vinyals, 2018).
  ///
  /// Other candidates of the query's person, which other queries bring into a batch, are no negatives: they score -1e9.
  ///
  /// - Parameters:
  ///   - labels: whom the queries show, `[N]`; these queries are `[N, D]`.
  ///   - candidates: `[N, C, D]`, the positive first.
  ///   - candidateLabels: whom the candidates show, `[N, C]`.
  ///   - wholeBatch: whether a query is set against the candidates of all queries, not only against its own.
  ///   - temperature: divides the dot products; small ones weigh the nearest negatives more.
  /// - Returns: the scores `[N, C]`, or `[N, N · C]` over the whole batch, and where in them the positives are, `[N]`.
  public func contrastiveScores(
    labels: Tensor, candidates: Tensor, candidateLabels: Tensor, wholeBatch: Bool = false, temperature: Double = 1
  ) -> (scores: Tensor, positives: Tensor) {
    let (count, each) = (candidates.shape[0], candidates.shape[1])
    let scores =
      wholeBatch
      ? matmul(candidates.flatten(from: 0, to: 1).mT)
      : candidates.matmul(unsqueeze(-1)).squeeze(-1)
    let positives =
      wholeBatch
      ? Tensor.arange(count, device: device) * each : Tensor.zeros([count], dtype: .int64, device: device)
    let others = Tensor.arange(scores.shape[1], device: device) .!= positives.unsqueeze(1)
    let isSame = labels.unsqueeze(1) .== (wholeBatch ? candidateLabels.flatten() : candidateLabels)
    return ((scores / temperature).maskedFill(isSame .&& others, -1e9), positives)
  }
}
