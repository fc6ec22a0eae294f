import Torch

extension ImageProcessor {
  /// The first half of the processor, for single images: resized and cropped, still `uint8`, so that augmentations can
  /// follow.
  public struct Shaping: Transform {
    public var processor: ImageProcessor

    public init(_ processor: ImageProcessor) { self.processor = processor }

    public func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample {
      try processor.shaped(sample)
    }

    public var description: String { "Shaping(\(processor))" }
  }

  /// The second half, for whole batches: rescaled and normalised. After ``Shaping`` it gives what the processor itself does.
  public struct Values: BatchTransform {
    public var processor: ImageProcessor

    public init(_ processor: ImageProcessor) { self.processor = processor }

    public func callAsFunction(_ batch: Batch, using random: inout RandomSource) throws -> Batch {
      if let problem = processor.statistics?.problem(with: batch.images) { throw cannotChange(batch, problem) }
      var batch = batch
      batch.images = processor.values(of: batch.images)
      return batch
    }

    public var description: String { "Values(\(processor))" }
  }
}
