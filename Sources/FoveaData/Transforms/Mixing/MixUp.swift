import Torch

/// Each image mixed with another one of its batch, and their labels in the same proportion: "mixup: Beyond Empirical Risk
/// Minimization" (Zhang et al., 2017). torchvision's name: `MixUp`.
///
/// Labels become `[N, classes]`, `float32`. It needs floating-point images, so it stands after ``Normalize``.
public struct MixUp: BatchTransform {
  /// Both parameters of the beta distribution that the proportion is drawn from, one a batch. 0.2 is the paper's for
  /// ImageNet, 1 for CIFAR.
  public var alpha: Double
  public var classes: Int

  public init(alpha: Double = 0.2, classes: Int) {
    precondition(alpha > 0, "MixUp's alpha is above 0, not \(alpha)")
    self.alpha = alpha
    self.classes = classes
  }

  public func callAsFunction(_ batch: Batch, using random: inout RandomSource) throws -> Batch {
    guard batch.images.dtype.isFloatingPoint else {
      throw cannotChange(batch, "needs floating-point images, not \(batch.images.dtype): put it after Normalize")
    }
    let labels = try softLabels(of: batch, classes: classes)
    let share = random.beta(alpha)
    var batch = batch
    batch.images = batch.images.mixedWithNeighbours(keeping: share)
    batch.labels = labels.mixedWithNeighbours(keeping: share)
    return batch
  }

  public var description: String { "MixUp(alpha: \(alpha), classes: \(classes))" }
}

extension BatchTransform {
  /// The labels as `[N, classes]`, `float32`, from whole numbers or from what was mixed before.
  func softLabels(of batch: Batch, classes: Int) throws -> Tensor {
    try requireImagesAlone(batch)
    guard let labels = batch.labels else { throw cannotChange(batch, "mixes labels, and the batch has none") }
    if labels.rank == 2 {
      guard labels.shape[1] == classes else {
        throw cannotChange(batch, "mixes \(classes) classes, and the labels are \(labels.shape)")
      }
      return labels.to(.float32)
    }
    let values = labels.array(Int.self)
    if let wrong = values.first(where: { !(0..<classes).contains($0) }) {
      throw cannotChange(batch, "mixes \(classes) classes, and a label is \(wrong)")
    }
    return labels.to(.int64).oneHot(classes: classes).to(.float32)
  }
}

extension Tensor {
  /// Each entry mixed with the one before it; the first with the last.
  func mixedWithNeighbours(keeping share: Double) -> Tensor { roll(1, dim: 0).lerp_(self, weight: share) }
}
