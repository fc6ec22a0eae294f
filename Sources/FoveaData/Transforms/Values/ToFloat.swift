import Torch

/// Images in 0...1, `float32`: what was `uint8` is divided by 255. torchvision's name: `ToDtype(float32, scale=True)`, once
/// `ToTensor`.
public struct ToFloat: Transform, BatchTransform {
  public init() {}

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) -> Sample {
    var sample = sample
    sample.image = sample.image.scaledToUnit()
    return sample
  }

  public func callAsFunction(_ batch: Batch, using random: inout RandomSource) -> Batch {
    var batch = batch
    batch.images = batch.images.scaledToUnit()
    return batch
  }

  public var description: String { "ToFloat" }
}

extension Tensor {
  /// `float32` in 0...1 from `uint8`; what is floating point already stays as it is.
  func scaledToUnit() -> Tensor { dtype.isFloatingPoint ? self : to(.float32).mul_(1.0 / 255) }

  /// `uint8` from floating point in 0...1. A little less than 256 levels of equal width, so that 1 is 255 and not 256.
  func scaledToBytes() -> Tensor { dtype.isFloatingPoint ? (self * 255.999).to(.uint8) : self }
}
