import Foundation
import Torch

/// A rectangle of random size, shape and place erased, with a probability: "Random Erasing Data Augmentation" (Zhong et
/// al., 2017). torchvision's name: `RandomErasing`.
///
/// It belongs after ``Normalize``, where 0 is the mean colour. Boxes, masks and key points stay: the objects are still there.
/// On a batch, each image has a rectangle of its own.
public struct RandomErasing: Transform, BatchTransform {
  /// What an erased rectangle is filled with.
  public enum Fill: Sendable, Hashable {
    /// One value for all channels.
    case value(Double)
    /// For each element a number of its own: normal around 0 where images are floating point, even in 0...255 for `uint8`.
    case noise
  }

  public var probability: Double
  /// How much of the image's area is erased.
  public var scale: ClosedRange<Double>
  /// The height of the rectangle over its width; drawn evenly on a logarithmic scale.
  public var ratio: ClosedRange<Double>
  public var fill: Fill

  public init(
    probability: Double = 0.5, scale: ClosedRange<Double> = 0.02...0.33, ratio: ClosedRange<Double> = 0.3...3.3,
    fill: Fill = .value(0)
  ) {
    self.probability = probability
    self.scale = scale
    self.ratio = ratio
    self.fill = fill
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) -> Sample {
    guard let window = draw(in: sample.size, using: &random) else { return sample }
    var sample = sample
    sample.image = sample.image.clone()
    sample.image.erase_(window, fill, using: &random)
    return sample
  }

  public func callAsFunction(_ batch: Batch, using random: inout RandomSource) -> Batch {
    var batch = batch
    batch.images = batch.images.clone()
    let size = ImageSize(of: batch.images)
    for index in 0..<batch.images.shape[0] {
      guard let window = draw(in: size, using: &random) else { continue }
      batch.images[index].erase_(window, fill, using: &random)
    }
    return batch
  }

  /// Ten attempts for a rectangle that is smaller than the image; nil if none is, or if nothing is to be erased.
  func draw(in image: ImageSize, using random: inout RandomSource) -> CropWindow? {
    guard random.chance(probability) else { return nil }
    let area = Double(image.height * image.width)
    for _ in 0..<10 {
      let target = area * random.uniform(in: scale)
      let shape = exp(random.uniform(in: log(ratio.lowerBound)...log(ratio.upperBound)))
      let height = Int((target * shape).squareRoot().rounded(.toNearestOrEven))
      let width = Int((target / shape).squareRoot().rounded(.toNearestOrEven))
      guard height < image.height, width < image.width else { continue }
      return CropWindow(
        top: random.integer(in: 0..<image.height - height + 1), left: random.integer(in: 0..<image.width - width + 1),
        size: ImageSize(height: height, width: width))
    }
    return nil
  }

  public var description: String {
    "RandomErasing(probability: \(probability), scale: \(scale), ratio: \(ratio), fill: \(fill))"
  }
}

extension Tensor {
  /// Fills a window of an image `[C, H, W]`, in place.
  func erase_(_ window: CropWindow, _ fill: RandomErasing.Fill, using random: inout RandomSource) {
    let part = cropped(to: window, fill: 0)
    switch fill {
    case .value(let value): part.fill_(value)
    case .noise where dtype.isFloatingPoint:
      part.copy_(.randn(part.shape.sizes, generator: random.generator()))
    case .noise:
      part.copy_(.randint(0..<256, part.shape.sizes, generator: random.generator()))
    }
  }
}
