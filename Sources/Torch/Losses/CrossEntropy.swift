extension Operators {
  static let crossEntropy = Op<Tensor, Tensor, Tensor, Tensor?, Reduction, Int, Double>("aten::cross_entropy_loss")
}

extension Tensor {
  /// How surprised a classifier is by the truth: the softmax of these logits `[N, C, ...]` against `target`.
  ///
  /// - Parameters:
  ///   - target: class numbers, `int64` `[N, ...]`; or the classes' probabilities in the shape of the logits (soft
  ///     targets, as MixUp makes them).
  ///   - weight: one factor for each class, `[C]`. With class numbers, the mean is then weighted by them as well.
  ///   - ignoreIndex: a class number whose elements count for nothing, in the mean neither.
  ///   - labelSmoothing: the part of the target that is spread evenly over all classes (Szegedy et al., 2016).
  public func crossEntropy(
    _ target: Tensor, weight: Tensor? = nil, ignoreIndex: Int = -100, labelSmoothing: Double = 0,
    reduction: Reduction = .mean
  ) -> Tensor {
    Operators.crossEntropy(self, target, weight, reduction, ignoreIndex, labelSmoothing)
  }
}
