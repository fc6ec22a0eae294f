import Torch

/// Brightness, contrast, saturation and hue changed at random, in random order. torchvision's name: `ColorJitter`.
public struct ColorJitter: Transform {
  /// The image is multiplied by a factor of 1 - this (at least 0) to 1 + this.
  public var brightness: Double
  /// The distance from the mean grey is multiplied by such a factor.
  public var contrast: Double
  /// The distance from the grey image is multiplied by such a factor.
  public var saturation: Double
  /// The colour wheel is turned by at most this part of a turn, to either side; at most 0.5.
  public var hue: Double

  public init(brightness: Double = 0, contrast: Double = 0, saturation: Double = 0, hue: Double = 0) {
    precondition(0...0.5 ~= hue, "the hue is jittered by at most half a turn, 0.5, not \(hue)")
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
    self.hue = hue
  }

  private enum Part: CaseIterable { case brightness, contrast, saturation, hue }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample {
    try requireColor(sample)
    var sample = sample
    for part in Part.allCases.shuffled(using: &random) {
      switch part {
      case .brightness where brightness > 0:
        sample.image = sample.image.brightness(factor(brightness, using: &random))
      case .contrast where contrast > 0:
        sample.image = sample.image.contrast(factor(contrast, using: &random))
      case .saturation where saturation > 0:
        sample.image = sample.image.saturation(factor(saturation, using: &random))
      case .hue where hue > 0:
        sample.image = sample.image.hue(random.uniform(in: -hue...hue))
      default: break
      }
    }
    return sample
  }

  private func factor(_ strength: Double, using random: inout RandomSource) -> Double {
    random.uniform(in: max(0, 1 - strength)...1 + strength)
  }

  public var description: String {
    "ColorJitter(brightness: \(brightness), contrast: \(contrast), saturation: \(saturation), hue: \(hue))"
  }
}
