import Torch

/// A rectangle of each image replaced by that of another one of its batch, and labels mixed by the areas: "CutMix:
/// Regularization Strategy to Train Strong Classifiers with Localizable Features" (Yun et al., 2019). torchvision's name:
/// `CutMix`.
///
/// Labels become `[N, classes]`, `float32`. One rectangle a batch.
public struct CutMix: BatchTransform {
  /// Both parameters of the beta distribution that the kept area is drawn from. The paper takes 1: all sizes equally often.
  public var alpha: Double
  public var classes: Int

  public init(alpha: Double = 1, classes: Int) {
    precondition(alpha > 0, "CutMix's alpha is above 0, not \(alpha)")
    self.alpha = alpha
    self.classes = classes
  }

  public func callAsFunction(_ batch: Batch, using random: inout RandomSource) throws -> Batch {
    let labels = try softLabels(of: batch, classes: classes)
    let size = ImageSize(of: batch.images)
    let window = draw(in: size, using: &random)
    var batch = batch
    let images = batch.images.clone()
    images.cropped(to: window, fill: 0).copy_(batch.images.roll(1, dim: 0).cropped(to: window, fill: 0))
    batch.images = images
    let replaced = Double(window.size.height * window.size.width) / Double(size.height * size.width)
    batch.labels = labels.mixedWithNeighbours(keeping: 1 - replaced)
    return batch
  }

  /// A rectangle of the image's shape around a random pixel, cut off at the edges.
  func draw(in image: ImageSize, using random: inout RandomSource) -> CropWindow {
    let half = 0.5 * (1 - random.beta(alpha)).squareRoot()
    let (halfHeight, halfWidth) = (Int(half * Double(image.height)), Int(half * Double(image.width)))
    let (x, y) = (random.integer(in: 0..<image.width), random.integer(in: 0..<image.height))
    let (top, left) = (max(0, y - halfHeight), max(0, x - halfWidth))
    let (bottom, right) = (min(image.height, y + halfHeight), min(image.width, x + halfWidth))
    return CropWindow(top: top, left: left, size: ImageSize(height: bottom - top, width: right - left))
  }

  public var description: String { "CutMix(alpha: \(alpha), classes: \(classes))" }
}
