import Torch

/// All values multiplied by one random factor and moved by one random amount, with a probability.
///
/// Cheaper than ``ColorJitter``, and the habit in detection (Albumentations' name: `RandomBrightnessContrast`): the contrast is
/// stretched from black, not from the mean grey, and the brightness is added.
public struct RandomBrightnessContrast: Transform {
  /// At most this part of the whole range is added or taken away.
  public var brightness: Double
  /// The factor is 1 - this to 1 + this.
  public var contrast: Double
  public var probability: Double

  public init(brightness: Double = 0.2, contrast: Double = 0.2, probability: Double = 0.5) {
    self.brightness = brightness
    self.contrast = contrast
    self.probability = probability
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) -> Sample {
    guard random.chance(probability) else { return sample }
    let factor = 1 + random.uniform(in: -contrast...contrast)
    let amount = random.uniform(in: -brightness...brightness)
    var sample = sample
    sample.image = sample.image.stretched(by: factor, movedBy: amount)
    return sample
  }

  public var description: String {
    "RandomBrightnessContrast(brightness: \(brightness), contrast: \(contrast), probability: \(probability))"
  }
}

extension Tensor {
  /// Times a factor, plus a part of the whole range; `uint8` is rounded to the nearest level.
  func stretched(by factor: Double, movedBy amount: Double) -> Tensor {
    if dtype.isFloatingPoint { return (self * factor + amount).clamp_(min: 0, max: 1) }
    return (to(.float32) * factor + amount * 255).clamp_(min: 0, max: 255).round().to(.uint8)
  }
}
