import Foundation
import Torch

/// The batches of one epoch, made ahead by threads that end when this is let go of.
///
/// It belongs to the thread that made it.
public final class BatchIterator: IteratorProtocol, Sequence {
  private let plan: BatchPlan
  private let queue: BatchQueue?
  private var threads: DispatchGroup?
  private var position: Int

  init(_ plan: BatchPlan, from first: Int, threads count: Int) {
    precondition(first >= 0, "batch \(first)")
    self.plan = plan
    position = first
    guard count > 0, first < plan.count else {
      queue = nil
      return
    }
    let queue = BatchQueue(batches: first..<plan.count, ahead: 2 * count)
    self.queue = queue
    threads = LoaderThreads.start(Swift.min(count, plan.count - first)) {
      while let number = queue.claim() {
        queue.deliver(number, Result { try plan.batch(number) { queue.isStopped } })
      }
    }
  }

  deinit {
    queue?.stop()
    threads?.wait()
  }

  /// The next batch, or nil after the last. Blocks until it is ready.
  ///
  /// - Throws: why a sample could not be read or changed, or samples not stacked. There is no batch after that.
  public func nextBatch() throws -> Batch? {
    guard position < plan.count else { return nil }
    defer { position += 1 }
    do {
      return try queue.map { try $0.take() } ?? plan.batch(position)
    } catch {
      position = plan.count
      throw error
    }
  }

  /// The next batch, or nil after the last. An error ends the loop and is thrown by the `withTorchErrors` around it;
  /// without one, the program stops with its message.
  public func next() -> Batch? {
    do { return try nextBatch() } catch {
      reportError(error)
      return nil
    }
  }
}
