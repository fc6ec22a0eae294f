import FoveaData

/// Batches by epoch: what a ``Trainer`` reads.
///
/// The same epoch gives the same batches each time it is asked for, from whichever batch on; that is what makes a run
/// that was killed go on as if nothing had happened.
public protocol BatchSource {
  /// What hands the batches of one epoch out.
  associatedtype Batches: BatchStream

  /// The number of batches an epoch.
  var count: Int { get }

  /// The batches of an epoch.
  ///
  /// - Parameter first: the batch to begin with.
  func batches(epoch: Int, startingAt first: Int) -> Batches

  /// The share of one process of several that train together, with as many batches for each of them.
  func sharded(_ shard: Shard) -> any BatchSource
}

extension BatchSource {
  /// Every so many batches one; what is left at the end of an epoch is left out.
  public func sharded(_ shard: Shard) -> any BatchSource {
    shard.count > 1 ? ShardedBatches(source: self, shard: shard) : self
  }
}

/// Batches, one after the other.
public protocol BatchStream {
  /// The next batch, or nil after the last. Blocks until it is ready.
  ///
  /// - Throws: why a sample could not be read.
  func nextBatch() throws -> Batch?
}

/// Batches that are in memory already, the same in each epoch.
public struct BatchList: BatchSource {
  private let batches: [Batch]

  public init(_ batches: [Batch]) { self.batches = batches }

  public var count: Int { batches.count }

  public func batches(epoch: Int, startingAt first: Int) -> Stream { Stream(rest: batches.dropFirst(first)) }

  /// Hands the batches of a ``BatchList`` out.
  public final class Stream: BatchStream {
    private var rest: ArraySlice<Batch>

    init(rest: ArraySlice<Batch>) { self.rest = rest }

    public func nextBatch() -> Batch? { rest.popFirst() }
  }
}

/// Every so many batches of a source one. All of them are made, as nothing is known of how that is done.
private struct ShardedBatches<Source: BatchSource>: BatchSource {
  let source: Source
  let shard: Shard

  var count: Int { source.count / shard.count }

  func batches(epoch: Int, startingAt first: Int) -> Stream {
    Stream(source.batches(epoch: epoch, startingAt: first * shard.count), rest: count - first, shard: shard)
  }

  final class Stream: BatchStream {
    private let batches: Source.Batches
    private var rest: Int
    private let shard: Shard

    init(_ batches: Source.Batches, rest: Int, shard: Shard) {
      self.batches = batches
      self.rest = rest
      self.shard = shard
    }

    func nextBatch() throws -> Batch? {
      guard rest > 0 else { return nil }
      rest -= 1
      var own: Batch?
      for rank in 0..<shard.count {
        let batch = try batches.nextBatch()
        if rank == shard.rank { own = batch }
      }
      return own
    }
  }
}

extension DataLoader: BatchSource {
  public func sharded(_ shard: Shard) -> any BatchSource { share(of: shard) }
}
extension BatchIterator: BatchStream {}
