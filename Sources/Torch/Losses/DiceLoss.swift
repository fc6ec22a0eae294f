extension Tensor {
  /// 1 - Dice's coefficient of these probabilities `[N, C, ...]` and target masks of the same shape: how little a
  /// segmentation overlaps the truth, whatever the size of the object (Milletari et al., 2016).
  ///
  /// For each image and class it is `1 - (2 Σ p t + smooth) / (Σ p + Σ t + smooth)`, `[N, C]`.
  ///
  /// - Parameters:
  ///   - target: 0 or 1 (one-hot over the classes where they exclude each other), or probabilities.
  ///   - smooth: keeps empty masks from dividing by zero; an empty mask found empty has the loss 0.
  public func diceLoss(_ target: Tensor, smooth: Double = 1, reduction: Reduction = .mean) -> Tensor {
    let overlap = (self * target).flatten(from: 2).sum(dim: -1)
    let sizes = (self + target).flatten(from: 2).sum(dim: -1)
    return reduction.apply(to: 1 - (2 * overlap + smooth) / (sizes + smooth))
  }
}
