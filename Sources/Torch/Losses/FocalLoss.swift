extension Tensor {
  /// Binary cross-entropy of these logits that counts easy elements for little (Lin et al., 2017): for a target that the
  /// model gives the probability p, the factor (1 - p)^gamma.
  ///
  /// - Parameters:
  ///   - target: 0 or 1, in the same shape.
  ///   - alpha: the factor of positive elements, negative ones having 1 - alpha; nil leaves both at 1.
  ///   - gamma: 0 makes it the plain cross-entropy.
  public func sigmoidFocalLoss(
    _ target: Tensor, alpha: Double? = 0.25, gamma: Double = 2, reduction: Reduction = .mean
  ) -> Tensor {
    let p = sigmoid()
    let missed = p + target - 2 * p * target  // 1 - p where the target is 1, p where it is 0
    var losses = binaryCrossEntropyWithLogits(target, reduction: .none) * missed.pow(gamma)
    if let alpha { losses = losses * ((2 * alpha - 1) * target + (1 - alpha)) }
    return reduction.apply(to: losses)
  }
}
