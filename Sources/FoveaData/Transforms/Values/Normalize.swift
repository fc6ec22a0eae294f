import Torch

/// Each channel brought to mean 0 and standard deviation 1 over the set. torchvision's name: `Normalize`.
///
/// `uint8` images are brought to 0...1 in the same step.
public struct Normalize: Transform, BatchTransform {
  public var statistics: ChannelStatistics

  public init(_ statistics: ChannelStatistics) { self.statistics = statistics }

  /// What brings normalised images back to 0...1.
  public var inverse: Denormalize { Denormalize(statistics) }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample {
    if let problem = statistics.problem(with: sample.image) { throw cannotChange(sample, problem) }
    var sample = sample
    sample.image = statistics.normalized(sample.image)
    return sample
  }

  public func callAsFunction(_ batch: Batch, using random: inout RandomSource) throws -> Batch {
    if let problem = statistics.problem(with: batch.images) { throw cannotChange(batch, problem) }
    var batch = batch
    batch.images = statistics.normalized(batch.images)
    return batch
  }

  public var description: String { "Normalize(\(statistics))" }
}

/// The inverse of ``Normalize``: images back in 0...1, to be looked at.
public struct Denormalize: Transform, BatchTransform {
  public var statistics: ChannelStatistics

  public init(_ statistics: ChannelStatistics) { self.statistics = statistics }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample {
    if let problem = problem(with: sample.image) { throw cannotChange(sample, problem) }
    var sample = sample
    sample.image = statistics.denormalized(sample.image)
    return sample
  }

  public func callAsFunction(_ batch: Batch, using random: inout RandomSource) throws -> Batch {
    if let problem = problem(with: batch.images) { throw cannotChange(batch, problem) }
    var batch = batch
    batch.images = statistics.denormalized(batch.images)
    return batch
  }

  private func problem(with images: Tensor) -> String? {
    images.dtype.isFloatingPoint
      ? statistics.problem(with: images) : "needs normalised images, which are floating point, not \(images.dtype)"
  }

  public var description: String { "Denormalize(\(statistics))" }
}
