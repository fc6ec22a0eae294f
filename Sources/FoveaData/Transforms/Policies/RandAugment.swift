import Torch

/// A few operations drawn from fourteen, all at one strength: "RandAugment: Practical automated data augmentation with a
/// reduced search space" (Cubuk et al., 2019). torchvision's name: `RandAugment`.
///
/// It needs `uint8` images, so it stands before ``Normalize``. Boxes, masks and key points move along.
public struct RandAugment: Transform {
  /// How many operations are done, one after another.
  public var operations: Int
  /// How strong they are: 0 to 30.
  public var magnitude: Int
  public var interpolation: Interpolation
  /// What is filled in where an image was moved away.
  public var fill: Double

  public init(operations: Int = 2, magnitude: Int = 9, _ interpolation: Interpolation = .nearest, fill: Double = 0) {
    precondition(0...30 ~= magnitude, "RandAugment's magnitude is 0 to 30, not \(magnitude)")
    self.operations = operations
    self.magnitude = magnitude
    self.interpolation = interpolation
    self.fill = fill
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample {
    try requireBytes(sample)
    var sample = sample
    for _ in 0..<operations {
      let operation = AugmentationOperation.draw(using: &random)
      sample = AugmentationSpace.randAugment.apply(
        operation, strength: Double(magnitude) / 30, to: sample, interpolation, fill: fill, using: &random)
    }
    return sample
  }

  public var description: String {
    "RandAugment(operations: \(operations), magnitude: \(magnitude), \(interpolation), fill: \(fill))"
  }
}

/// One operation drawn from fourteen, at a strength of its own: "TrivialAugment: Tuning-free Yet State-of-the-Art Data
/// Augmentation" (Müller and Hutter, 2021). torchvision's name: `TrivialAugmentWide`.
///
/// It needs `uint8` images, so it stands before ``Normalize``. Boxes, masks and key points move along.
public struct TrivialAugmentWide: Transform {
  public var interpolation: Interpolation
  /// What is filled in where an image was moved away.
  public var fill: Double

  public init(_ interpolation: Interpolation = .nearest, fill: Double = 0) {
    self.interpolation = interpolation
    self.fill = fill
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample {
    try requireBytes(sample)
    let operation = AugmentationOperation.draw(using: &random)
    let strength = Double(random.integer(in: 0..<31)) / 30
    return AugmentationSpace.trivialWide.apply(
      operation, strength: strength, to: sample, interpolation, fill: fill, using: &random)
  }

  public var description: String { "TrivialAugmentWide(\(interpolation), fill: \(fill))" }
}

extension AugmentationOperation {
  /// Any of them, all equally often.
  static func draw(using random: inout RandomSource) -> AugmentationOperation {
    allCases[random.integer(in: 0..<allCases.count)]
  }
}

extension AugmentationSpace {
  /// An operation at a strength of 0...1, every other time to the other side where it has two.
  func apply(
    _ operation: AugmentationOperation, strength: Double, to sample: Sample, _ interpolation: Interpolation,
    fill: Double, using random: inout RandomSource
  ) -> Sample {
    var magnitude = magnitude(of: operation, strength: strength, in: sample.size)
    if operation.isSigned, random.chance(0.5) { magnitude.negate() }
    return operation.apply(to: sample, magnitude: magnitude, interpolation, fill: fill)
  }
}

extension Transform {
  /// Throws unless the image is `uint8` and has one or three channels, as the policies need.
  fileprivate func requireBytes(_ sample: Sample) throws {
    try requireColor(sample)
    guard sample.image.dtype == .uint8 else {
      throw cannotChange(
        sample, "needs uint8 images, and this one is \(sample.image.dtype): put it before ToFloat and Normalize")
    }
  }
}
