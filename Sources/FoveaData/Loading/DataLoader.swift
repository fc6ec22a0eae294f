import Torch

/// Reads a set in batches, on threads of its own, while a model works on the batches before.
///
/// ```swift
/// var loader = DataLoader(set, batchSize: 128, shuffle: true, transform: training, seed: 7)
/// for epoch in 0..<10 {
///   let batches = loader.batches(epoch: epoch)
///   while let batch = try batches.nextBatch() { … }
/// }
/// ```
///
/// Every sample draws its random choices from a source of its own, seeded by (seed, epoch, index): neither the number of
/// threads nor the moment at which an epoch is taken up again changes a single number. Leaving a loop early stops the
/// threads.
///
/// **When a sample cannot be read**, `nextBatch()` and `forEach` throw what was wrong, with the path of the file. Swift's
/// `for batch in loader` cannot throw: there the loop ends, and the error is thrown by the `try withTorchErrors { … }` around
/// it; without one, the program stops with the message. With `onBrokenSample: .skip` the sample is left out of its batch
/// instead, and the batch says so.
public struct DataLoader: Sequence, Sendable {
  /// What happens when a sample cannot be read or changed.
  public enum BrokenSamplePolicy: Sendable, Hashable {
    /// The run stops, with the path of the file.
    case stop
    /// The batch goes without it, and says so in ``Batch/skipped``. A batch of which nothing is left stops the run.
    case skip
  }

  /// The samples.
  public let dataset: any Dataset
  /// How many samples make a batch; the last one of an epoch may have fewer.
  public let batchSize: Int
  /// Which samples an epoch has, in which order.
  public let sampler: any Sampler
  /// The number of threads; 0 reads on the caller's.
  public let threads: Int
  /// Which epoch `for batch in loader` goes through. Set it before each, or every epoch will be the same.
  public var epoch = 0

  let dropsLast: Bool
  let transform: (any Transform)?
  let batchTransform: (any BatchTransform)?
  let collation: Collation
  let seed: UInt64
  let policy: BrokenSamplePolicy

  /// - Parameters:
  ///   - shuffle: a new order each epoch.
  ///   - sampler: decides the order in place of `shuffle`.
  ///   - dropLast: leaves out the last batch if it is not full.
  ///   - transform: changes each sample. A set in memory gives whole batches at once only where there is none.
  ///   - batchTransform: changes each batch, after `transform`.
  ///   - collation: how samples become a batch; `.padded()` for images of different sizes.
  ///   - seed: of the order and of all random choices.
  ///   - threads: how many load at the same time, two batches each ahead of the consumer; 0 loads on the caller's thread.
  ///
  /// - Precondition: `batchSize` is at least 1.
  public init(
    _ dataset: any Dataset, batchSize: Int, shuffle: Bool = false, sampler: (any Sampler)? = nil,
    dropLast: Bool = false,
    transform: (any Transform)? = nil, batchTransform: (any BatchTransform)? = nil, collation: Collation = .stacked,
    seed: UInt64 = 0, threads: Int = 2, onBrokenSample: BrokenSamplePolicy = .stop
  ) {
    precondition(batchSize > 0, "batches of \(batchSize) samples")
    precondition(threads >= 0, "\(threads) threads")
    self.dataset = dataset
    self.batchSize = batchSize
    let count = dataset.count
    self.sampler =
      sampler ?? (shuffle ? RandomSampler(count: count, seed: seed) : SequentialSampler(count: count))
    self.threads = threads
    dropsLast = dropLast
    self.transform = transform
    self.batchTransform = batchTransform
    self.collation = collation
    self.seed = seed
    policy = onBrokenSample
  }

  /// The share of one process of several that train together: they take batches of this loader in turn.
  ///
  /// The last batches are left out, or filled up with the first samples, so that every process has as many. A loader whose
  /// sampler shares out already is returned as it is.
  public func share(of shard: Shard) -> DataLoader {
    guard sampler.shard.count == 1, shard.count > 1 else { return self }
    let drops = dropsLast && sampler.count >= shard.count * batchSize
    return DataLoader(
      dataset, batchSize: batchSize,
      sampler: DistributedSampler(sampler, shard: shard, block: batchSize, dropLast: drops), transform: transform,
      batchTransform: batchTransform, collation: collation, seed: seed, threads: threads, onBrokenSample: policy)
  }

  /// The number of batches an epoch.
  public var count: Int {
    dropsLast ? sampler.count / batchSize : (sampler.count + batchSize - 1) / batchSize
  }

  /// The batches of an epoch.
  ///
  /// - Parameter first: the batch to begin with, for a run that goes on where it stopped; it is what it would have been.
  public func batches(epoch: Int, startingAt first: Int = 0) -> BatchIterator {
    BatchIterator(BatchPlan(self, epoch: epoch), from: first, threads: threads)
  }

  /// The batches of ``epoch``.
  public func makeIterator() -> BatchIterator { batches(epoch: epoch) }

  /// Does something with every batch of ``epoch``.
  ///
  /// - Throws: what `body` throws, or why a sample could not be read.
  public func forEach(_ body: (Batch) throws -> Void) throws {
    let batches = makeIterator()
    while let batch = try batches.nextBatch() { try body(batch) }
  }
}
