import Torch

/// Transforms of a sample, one after another. torchvision's name: `Compose`.
///
/// ```swift
/// let training: Transforms = [
///   RandomResizedCrop(224), RandomHorizontalFlip(), TrivialAugmentWide(), Normalize(.imageNet),
/// ]
/// ```
public struct Transforms: Transform, ExpressibleByArrayLiteral {
  /// What is done, in this order.
  public var steps: [any Transform]

  public init(_ steps: [any Transform]) { self.steps = steps }

  public init(arrayLiteral steps: any Transform...) { self.steps = steps }

  public func leastSize(of image: ImageSize, using random: RandomSource) -> ImageSize? {
    steps.first?.leastSize(of: image, using: random)
  }

  public func part(of image: ImageSize, using random: RandomSource) -> CropWindow? {
    steps.first?.part(of: image, using: random)
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample {
    var sample = sample
    for step in steps { sample = try step(sample, using: &random) }
    return sample
  }

  public var description: String { "Transforms(\(steps.map(\.description).joined(separator: ", ")))" }
}

/// Transforms of a batch, one after another.
///
/// ```swift
/// let training: BatchTransforms = [RandomCrop(32, padding: 4), RandomHorizontalFlip(), Normalize(.cifar10)]
/// ```
public struct BatchTransforms: BatchTransform, ExpressibleByArrayLiteral {
  /// What is done, in this order.
  public var steps: [any BatchTransform]

  public init(_ steps: [any BatchTransform]) { self.steps = steps }

  public init(arrayLiteral steps: any BatchTransform...) { self.steps = steps }

  public func callAsFunction(_ batch: Batch, using random: inout RandomSource) throws -> Batch {
    var batch = batch
    for step in steps { batch = try step(batch, using: &random) }
    return batch
  }

  public var description: String { "BatchTransforms(\(steps.map(\.description).joined(separator: ", ")))" }
}

/// Does a transform with a probability, else leaves the sample as it is. torchvision's name: `RandomApply`.
public struct RandomApply: Transform {
  public var transform: any Transform
  public var probability: Double

  public init(_ transform: any Transform, probability: Double) {
    self.transform = transform
    self.probability = probability
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample {
    random.chance(probability) ? try transform(sample, using: &random) : sample
  }

  public var description: String { "RandomApply(\(transform), probability: \(probability))" }
}

/// Does one of several transforms to each batch, all equally often: MixUp or CutMix, for instance. torchvision's name:
/// `RandomChoice`.
public struct RandomChoice: BatchTransform {
  public var choices: [any BatchTransform]

  public init(_ choices: [any BatchTransform]) { self.choices = choices }

  public func callAsFunction(_ batch: Batch, using random: inout RandomSource) throws -> Batch {
    guard let choice = choices.randomElement(using: &random) else { return batch }
    return try choice(batch, using: &random)
  }

  public var description: String { "RandomChoice(\(choices.map(\.description).joined(separator: ", ")))" }
}
