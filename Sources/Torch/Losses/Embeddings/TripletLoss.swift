/// Which triplets of a batch a triplet loss learns from.
public enum TripletMining: String, Sendable, CaseIterable, Codable {
  /// All of them; the mean is over those that are not yet apart by the margin (Hermans, Beyer and Leibe, 2017).
  case batchAll = "batch_all"
  /// For each anchor its farthest positive and its nearest negative (Hermans, Beyer and Leibe, 2017).
  case batchHard = "batch_hard"
  /// Those whose negative is farther than the positive, but not by the margin (Schroff, Kalenichenko and Philbin, 2015).
  case semiHard = "semi_hard"
}

extension Tensor {
  /// How much nearer than by `margin` the negatives are than the positives: max(0, d(a, p) - d(a, n) + margin), for these
  /// anchors `[N, D]` and as many positives and negatives (Schroff, Kalenichenko and Philbin, 2015).
  public func tripletLoss(
    positive: Tensor, negative: Tensor, margin: Double = 0.2, distance: EmbeddingDistance = .euclidean,
    reduction: Reduction = .mean
  ) -> Tensor {
    reduction.apply(to: (distance(self, positive) - distance(self, negative) + margin).relu())
  }

  /// The triplet loss of these embeddings `[N, D]` over triplets that are found among them.
  ///
  /// It is 0, with gradients of 0, where there is no such triplet: a batch needs several people with several photographs
  /// each.
  ///
  /// - Parameter labels: whose embedding each is, `int64` `[N]`.
  public func tripletLoss(
    labels: Tensor, mining: TripletMining = .batchHard, margin: Double = 0.2,
    distance: EmbeddingDistance = .euclidean
  ) -> Tensor {
    let distances = distance.matrix(self, self)
    let (positives, negatives) = labels.pairMasks()
    switch mining {
    case .batchHard:
      let farthest = distances.maskedFill(positives.logicalNot(), -Double.infinity).amax(dims: [1])
      let nearest = distances.maskedFill(negatives.logicalNot(), Double.infinity).amin(dims: [1])
      let isAnchor = positives.any(dim: 1) .&& negatives.any(dim: 1)
      return (farthest - nearest + margin)[isAnchor].relu().meanOrZero()
    case .batchAll, .semiHard:
      // [anchor, positive, negative]
      let gap = distances.unsqueeze(2) - distances.unsqueeze(1)
      var isTriplet = positives.unsqueeze(2) .&& negatives.unsqueeze(1) .&& (gap .> -margin)
      if mining == .semiHard { isTriplet = isTriplet .&& (gap .< 0) }
      return (gap + margin)[isTriplet].meanOrZero()
    }
  }

  /// Which pairs of labels `[N]` are of the same person, and which are not: two masks `[N, N]`. Nobody is paired with
  /// itself.
  func pairMasks() -> (positives: Tensor, negatives: Tensor) {
    let same = unsqueeze(1) .== unsqueeze(0)
    let itself = Tensor.eye(shape[0], dtype: .bool, device: device)
    return (same .&& itself.logicalNot(), same.logicalNot())
  }

  /// The mean, or 0 of no elements, from which gradients of 0 go back.
  func meanOrZero() -> Tensor { count > 0 ? mean() : sum() }
}
