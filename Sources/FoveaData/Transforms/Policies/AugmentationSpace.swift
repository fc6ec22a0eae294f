import Torch

/// One of the changes that augmentation policies choose from.
enum AugmentationOperation: String, Sendable, CaseIterable {
  case identity, shearX, shearY, translateX, translateY, rotate
  case brightness, color, contrast, sharpness, posterize, solarize, autoContrast, equalize

  /// Whether its magnitude may be turned round: to the left as well as to the right, darker as well as brighter.
  var isSigned: Bool {
    switch self {
    case .shearX, .shearY, .translateX, .translateY, .rotate, .brightness, .color, .contrast, .sharpness: true
    case .identity, .posterize, .solarize, .autoContrast, .equalize: false
    }
  }

  /// The changed sample; operations that move the image move boxes, masks and key points too.
  func apply(to sample: Sample, magnitude: Double, _ interpolation: Interpolation, fill: Double) -> Sample {
    let size = sample.size
    switch self {
    case .shearX: return sample.warped(by: .shearX(magnitude, of: size), interpolation, fill: fill)
    case .shearY: return sample.warped(by: .shearY(magnitude, of: size), interpolation, fill: fill)
    case .translateX:
      return sample.warped(by: .translation(x: magnitude.rounded(.towardZero), y: 0), interpolation, fill: fill)
    case .translateY:
      return sample.warped(by: .translation(x: 0, y: magnitude.rounded(.towardZero)), interpolation, fill: fill)
    case .rotate: return sample.warped(by: .rotation(degrees: magnitude), interpolation, fill: fill)
    default:
      var sample = sample
      sample.image = recolored(sample.image, magnitude)
      return sample
    }
  }

  private func recolored(_ image: Tensor, _ magnitude: Double) -> Tensor {
    switch self {
    case .brightness: image.brightness(1 + magnitude)
    case .color: image.saturation(1 + magnitude)
    case .contrast: image.contrast(1 + magnitude)
    case .sharpness: image.sharpness(1 + magnitude)
    case .posterize: image.posterized(bits: Int(magnitude))
    case .solarize: image.solarized(from: 255 * magnitude)
    case .autoContrast: image.autoContrasted()
    case .equalize: image.equalized()
    case .identity, .shearX, .shearY, .translateX, .translateY, .rotate: image
    }
  }
}

/// How far each operation of a policy goes at its strongest.
struct AugmentationSpace: Sendable, Hashable {
  /// How far images are moved: in pixels, or as a part of their size.
  enum Translation: Sendable, Hashable {
    case pixels(Double)
    case part(Double)
  }

  var shear: Double
  var translation: Translation
  /// In degrees.
  var rotation: Double
  /// How far the factors of brightness, colour, contrast and sharpness are from 1.
  var enhancement: Double
  /// How many of the eight bits of a level are dropped.
  var posterizedBits: Double

  /// RandAugment's, as in torchvision.
  static let randAugment = AugmentationSpace(
    shear: 0.3, translation: .part(150.0 / 331), rotation: 30, enhancement: 0.9, posterizedBits: 4)

  /// TrivialAugment's wide space.
  static let trivialWide = AugmentationSpace(
    shear: 0.99, translation: .pixels(32), rotation: 135, enhancement: 0.99, posterizedBits: 6)

  /// What an operation is given, at a strength of 0...1, for an image of this size.
  func magnitude(of operation: AugmentationOperation, strength: Double, in size: ImageSize) -> Double {
    switch operation {
    case .shearX, .shearY: strength * shear
    case .translateX: strength * pixels(of: size.width)
    case .translateY: strength * pixels(of: size.height)
    case .rotate: strength * rotation
    case .brightness, .color, .contrast, .sharpness: strength * enhancement
    case .posterize: (8 - strength * posterizedBits).rounded(.toNearestOrEven)
    case .solarize: 1 - strength
    case .identity, .autoContrast, .equalize: 0
    }
  }

  private func pixels(of length: Int) -> Double {
    switch translation {
    case .pixels(let count): count
    case .part(let part): part * Double(length)
    }
  }
}
