import Torch

/// A change of one sample: of the size of its image, of its colours, of its type.
///
/// Image, boxes, masks and key points move together in one call. The sample that goes in is not changed, not even the
/// elements of its tensors. A transform is a small value without state: what is random about it comes from the source it is
/// handed, so the same source gives the same result, on any thread.
///
/// ```swift
/// let training: any Transform = .imageNetTraining(size: 224)
/// var random = RandomSource(seed: 7, epoch: 0, index: 12)
/// let ready = try training(sample, using: &random)
/// ```
public protocol Transform: Sendable, CustomStringConvertible {
  /// The changed sample.
  ///
  /// - Parameter random: where every random choice is drawn from.
  /// - Throws: ``TransformError`` for a sample that this transform cannot change; it names the sample.
  func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample

  /// The least size at which an image of some size may be decoded and still give what this transform makes of it; nil if
  /// only the whole will do.
  ///
  /// - Parameter random: the source that the transform will be handed.
  func leastSize(of image: ImageSize, using random: RandomSource) -> ImageSize?

  /// The only part of an image of some size that this transform looks at; nil if it is all of it.
  ///
  /// - Parameter random: the source that the transform will be handed.
  func part(of image: ImageSize, using random: RandomSource) -> CropWindow?
}

/// A change of a whole batch at once, each sample in it with random choices of its own.
///
/// It saves the small operators of one sample after another where images are small (MNIST, CIFAR), and it can mix samples
/// with each other (``MixUp``, ``CutMix``). The batch that goes in is not changed.
public protocol BatchTransform: Sendable, CustomStringConvertible {
  /// The changed batch.
  ///
  /// - Parameter random: where every random choice is drawn from.
  /// - Throws: ``TransformError`` for a batch that this transform cannot change.
  func callAsFunction(_ batch: Batch, using random: inout RandomSource) throws -> Batch
}

/// A sample or a batch that a transform cannot change.
public struct TransformError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The transform, with its settings.
  public let transform: String
  /// The sample's name, which is the path of its file where it has one.
  public let sample: String
  /// What is wrong with it, and what would be right.
  public let problem: String

  public init(transform: String, sample: String, problem: String) {
    self.transform = transform
    self.sample = sample
    self.problem = problem
  }

  public var description: String { "\(sample.isEmpty ? "sample" : sample): \(transform): \(problem)" }
}

extension Transform {
  public func leastSize(of image: ImageSize, using random: RandomSource) -> ImageSize? { nil }

  public func part(of image: ImageSize, using random: RandomSource) -> CropWindow? { nil }

  /// The changed sample, for transforms in which nothing is random, such as those of an evaluation.
  ///
  /// A random one draws the same numbers at every call of this.
  public func callAsFunction(_ sample: Sample) throws -> Sample {
    var random = RandomSource(seed: 0)
    return try self(sample, using: &random)
  }

  func cannotChange(_ sample: Sample, _ problem: String) -> TransformError {
    TransformError(transform: description, sample: sample.name, problem: problem)
  }

  /// Throws unless the image has one or three channels, as colour changes need.
  func requireColor(_ sample: Sample) throws {
    let shape = sample.image.shape
    guard shape.count == 3, [1, 3].contains(shape[0]) else {
      throw cannotChange(sample, "needs an image [1, H, W] or [3, H, W], and this one is \(shape)")
    }
  }
}

extension BatchTransform {
  func cannotChange(_ batch: Batch, _ problem: String) -> TransformError {
    TransformError(transform: description, sample: "batch \(batch.number)", problem: problem)
  }

  /// Throws if the batch has more than images and labels, which the batch forms of moves do not carry along.
  func requireImagesAlone(_ batch: Batch) throws {
    guard
      batch.boxes.isEmpty, batch.masks.isEmpty, batch.keypoints.isEmpty, batch.labelMaps == nil
    else {
      throw cannotChange(
        batch,
        "on a batch it moves images alone; boxes, masks and key points are moved sample by sample, as a Transform")
    }
  }
}
