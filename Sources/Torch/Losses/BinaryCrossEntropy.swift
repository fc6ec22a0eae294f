extension Operators {
  static let binaryCrossEntropy = Op<Tensor, Tensor, Tensor, Tensor?, Reduction>("aten::binary_cross_entropy")
  static let binaryCrossEntropyWithLogits = Op<Tensor, Tensor, Tensor, Tensor?, Tensor?, Reduction>(
    "aten::binary_cross_entropy_with_logits")
}

extension Tensor {
  /// The cross-entropy of these probabilities, each of a yes or no of its own, against targets 0...1 of the same shape.
  ///
  /// - Parameter weight: a factor for each element, broadcast.
  public func binaryCrossEntropy(_ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean) -> Tensor {
    Operators.binaryCrossEntropy(self, target, weight, reduction)
  }

  /// ``binaryCrossEntropy(_:weight:reduction:)`` of the sigmoids of these logits, exact also where they are large.
  ///
  /// - Parameters:
  ///   - weight: a factor for each element, broadcast.
  ///   - positiveWeight: a factor for what the target's yes adds, broadcast: one number a class, for rare classes.
  public func binaryCrossEntropyWithLogits(
    _ target: Tensor, weight: Tensor? = nil, positiveWeight: Tensor? = nil, reduction: Reduction = .mean
  ) -> Tensor {
    Operators.binaryCrossEntropyWithLogits(self, target, weight, positiveWeight, reduction)
  }
}
