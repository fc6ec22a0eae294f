import Foundation
import Torch

/// A part of the image of random size, shape and place, resized to one size: the augmentation of "Going Deeper with
/// Convolutions" (Szegedy et al., 2014). torchvision's name: `RandomResizedCrop`.
public struct RandomResizedCrop: Transform {
  public var size: ImageSize
  /// How much of the image's area the part has.
  public var scale: ClosedRange<Double>
  /// The width of the part over its height; drawn evenly on a logarithmic scale, so that 3:4 is as frequent as 4:3.
  public var ratio: ClosedRange<Double>
  public var interpolation: Interpolation

  public init(
    _ size: ImageSize, scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 3 / 4...4 / 3,
    interpolation: Interpolation = .bilinear
  ) {
    self.size = size
    self.scale = scale
    self.ratio = ratio
    self.interpolation = interpolation
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) -> Sample {
    var window = draw(in: sample.excerpt?.whole ?? sample.size, using: &random)
    window.top -= sample.excerpt?.window.top ?? 0
    window.left -= sample.excerpt?.window.left ?? 0
    var cropped = sample.cropped(to: window)
    cropped.excerpt = nil
    return cropped.resized(to: size, interpolation)
  }

  public func part(of image: ImageSize, using random: RandomSource) -> CropWindow? {
    var random = random
    return draw(in: image, using: &random)
  }

  /// The image may shrink until the part that will be drawn has the size that it gets in the end.
  public func leastSize(of image: ImageSize, using random: RandomSource) -> ImageSize? {
    var random = random
    let part = draw(in: image, using: &random).size
    func side(_ whole: Int, _ part: Int, _ wanted: Int) -> Int { min(whole, (whole * wanted + part - 1) / part) }
    return ImageSize(
      height: side(image.height, part.height, size.height), width: side(image.width, part.width, size.width))
  }

  /// Ten attempts for a part that fits; after them, the middle of the image with a permitted shape.
  func draw(in image: ImageSize, using random: inout RandomSource) -> CropWindow {
    let area = Double(image.height * image.width)
    for _ in 0..<10 {
      let target = area * random.uniform(in: scale)
      let shape = exp(random.uniform(in: log(ratio.lowerBound)...log(ratio.upperBound)))
      let width = Int((target * shape).squareRoot().rounded(.toNearestOrEven))
      let height = Int((target / shape).squareRoot().rounded(.toNearestOrEven))
      guard 1...image.width ~= width, 1...image.height ~= height else { continue }
      return CropWindow(
        top: random.integer(in: 0..<image.height - height + 1), left: random.integer(in: 0..<image.width - width + 1),
        size: ImageSize(height: height, width: width))
    }
    return middle(of: image)
  }

  private func middle(of image: ImageSize) -> CropWindow {
    let shape = Double(image.width) / Double(image.height)
    var part = image
    if shape < ratio.lowerBound {
      part.height = Int((Double(image.width) / ratio.lowerBound).rounded(.toNearestOrEven))
    } else if shape > ratio.upperBound {
      part.width = Int((Double(image.height) * ratio.upperBound).rounded(.toNearestOrEven))
    }
    part = ImageSize(height: max(1, part.height), width: max(1, part.width))
    return CropWindow(top: (image.height - part.height) / 2, left: (image.width - part.width) / 2, size: part)
  }

  public var description: String {
    "RandomResizedCrop(\(size), scale: \(scale), ratio: \(ratio), \(interpolation))"
  }
}
