import Torch

/// Brightness, contrast, saturation, hue and the order of the channels changed at random, each with a probability: the
/// colours of SSD's augmentation (Liu et al., 2016, section 3.6). torchvision's name: `RandomPhotometricDistort`.
public struct RandomPhotometricDistort: Transform {
  /// The image is multiplied by such a factor.
  public var brightness: ClosedRange<Double>
  /// The distance from the mean grey is multiplied by such a factor, before the other colours or after them.
  public var contrast: ClosedRange<Double>
  /// The distance from the grey image is multiplied by such a factor.
  public var saturation: ClosedRange<Double>
  /// The colour wheel is turned by such a part of a turn.
  public var hue: ClosedRange<Double>
  /// Of each change.
  public var probability: Double

  public init(
    brightness: ClosedRange<Double> = 0.875...1.125, contrast: ClosedRange<Double> = 0.5...1.5,
    saturation: ClosedRange<Double> = 0.5...1.5, hue: ClosedRange<Double> = -0.05...0.05, probability: Double = 0.5
  ) {
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
    self.hue = hue
    self.probability = probability
  }

  /// What is done to one image; nil for what is not.
  struct Draw: Sendable {
    var brightness: Double?
    var contrast: Double?
    var changesContrastFirst = true
    var saturation: Double?
    var hue: Double?
    var channels: [Int]?
  }

  func draw(channels: Int, using random: inout RandomSource) -> Draw {
    func value(_ range: ClosedRange<Double>, using random: inout RandomSource) -> Double? {
      random.chance(probability) ? random.uniform(in: range) : nil
    }
    return Draw(
      brightness: value(brightness, using: &random), contrast: value(contrast, using: &random),
      changesContrastFirst: random.chance(0.5), saturation: value(saturation, using: &random),
      hue: value(hue, using: &random),
      channels: random.chance(probability) ? (0..<channels).shuffled(using: &random) : nil)
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample {
    try requireColor(sample)
    var sample = sample
    sample.image = draw(channels: sample.image.shape[0], using: &random)(sample.image)
    return sample
  }

  public var description: String {
    "RandomPhotometricDistort(brightness: \(brightness), contrast: \(contrast), saturation: \(saturation), hue: \(hue), "
      + "probability: \(probability))"
  }
}

extension RandomPhotometricDistort.Draw {
  func callAsFunction(_ image: Tensor) -> Tensor {
    var image = image
    if let brightness { image = image.brightness(brightness) }
    if let contrast, changesContrastFirst { image = image.contrast(contrast) }
    if let saturation { image = image.saturation(saturation) }
    if let hue { image = image.hue(hue) }
    if let contrast, !changesContrastFirst { image = image.contrast(contrast) }
    if let channels { image = image.indexSelect(dim: 0, Tensor(channels)) }
    return image
  }
}
