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
