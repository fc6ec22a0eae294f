import Torch

/// The image somewhere in a larger one, which makes objects small: the "expansion" of SSD (Liu et al., 2016, section 3.6).
/// torchvision's name: `RandomZoomOut`.
public struct RandomZoomOut: Transform {
  /// How many times as wide and as high the image becomes.
  public var scale: ClosedRange<Double>
  public var probability: Double
  /// What the border is filled with, in the image's own units.
  public var fill: Double

  public init(scale: ClosedRange<Double> = 1...4, probability: Double = 0.5, fill: Double = 0) {
    precondition(scale.lowerBound >= 1, "an image is not zoomed out by \(scale.lowerBound), which is below 1")
    self.scale = scale
    self.probability = probability
    self.fill = fill
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) -> Sample {
    guard random.chance(probability) else { return sample }
    return sample.cropped(to: draw(in: sample.size, using: &random), fill: fill)
  }

  /// The larger image, in pixels of the image in it.
  func draw(in image: ImageSize, using random: inout RandomSource) -> CropWindow {
    let factor = random.uniform(in: scale)
    let size = ImageSize(height: Int(Double(image.height) * factor), width: Int(Double(image.width) * factor))
    return CropWindow(
      top: -random.integer(in: 0..<size.height - image.height + 1),
      left: -random.integer(in: 0..<size.width - image.width + 1), size: size)
  }

  public var description: String { "RandomZoomOut(scale: \(scale), probability: \(probability), fill: \(fill))" }
}
