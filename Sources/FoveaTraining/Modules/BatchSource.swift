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

extension DataLoader: BatchSource {}
extension BatchIterator: BatchStream {}
