import Torch

/// A square of fixed length erased around a random pixel, cut off at the edges: "Improved Regularization of Convolutional
/// Neural Networks with Cutout" (DeVries and Taylor, 2017).
///
/// It belongs after ``Normalize``, where 0 is the mean colour. The paper takes 16 for CIFAR-10 and 8 for CIFAR-100. On a
/// batch, each image has a place of its own.
public struct Cutout: Transform, BatchTransform {
  /// The side of the square, in pixels.
  public var length: Int
  /// What it is filled with.
  public var fill: Double

  public init(length: Int, fill: Double = 0) {
    self.length = length
    self.fill = fill
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) -> Sample {
    var sample = sample
    sample.image = sample.image.clone()
    sample.image.erase_(draw(in: sample.size, using: &random), .value(fill), using: &random)
    return sample
  }

  public func callAsFunction(_ batch: Batch, using random: inout RandomSource) -> Batch {
    var batch = batch
    batch.images = batch.images.clone()
    let size = ImageSize(of: batch.images)
    for index in 0..<batch.images.shape[0] {
      batch.images[index].erase_(draw(in: size, using: &random), .value(fill), using: &random)
    }
    return batch
  }

  /// The part of the square that lies inside the image.
  func draw(in image: ImageSize, using random: inout RandomSource) -> CropWindow {
    let top = random.integer(in: 0..<image.height) - length / 2
    let left = random.integer(in: 0..<image.width) - length / 2
    let bottom = min(image.height, top + length)
    let right = min(image.width, left + length)
    return CropWindow(
      top: max(0, top), left: max(0, left),
      size: ImageSize(height: max(0, bottom - max(0, top)), width: max(0, right - max(0, left))))
  }

  public var description: String { "Cutout(length: \(length), fill: \(fill))" }
}
