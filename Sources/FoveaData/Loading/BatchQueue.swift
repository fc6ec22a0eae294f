import Foundation

/// Hands numbers of batches to threads, and batches to the consumer in order.
final class BatchQueue: @unchecked Sendable {  // everything is behind the condition
  private let condition = NSCondition()
  private let ahead: Int
  private var nextToMake: Int
  private var nextToTake: Int
  private var end: Int
  private var finished: [Int: Result<Batch, any Error>] = [:]

  /// - Parameter ahead: how many batches may be made, or be in the making, before they are wanted.
  init(batches: Range<Int>, ahead: Int) {
    nextToMake = batches.lowerBound
    nextToTake = batches.lowerBound
    end = batches.upperBound
    self.ahead = ahead
  }

  /// A batch to make; waits until there is room for it, and is nil when there is no more to do.
  func claim() -> Int? {
    condition.withLock {
      while nextToMake < end, nextToMake >= nextToTake + ahead { condition.wait() }
      guard nextToMake < end else { return nil }
      defer { nextToMake += 1 }
      return nextToMake
    }
  }

  /// Takes in what a thread has made.
  func deliver(_ number: Int, _ batch: Result<Batch, any Error>) {
    condition.withLock {
      finished[number] = batch
      if case .failure = batch { end = min(end, number + 1) }  // Nobody will ask for more.
      condition.broadcast()
    }
  }

  /// The next batch in order; waits for it.
  func take() throws -> Batch {
    try condition.withLock {
      while true {
        if let batch = finished.removeValue(forKey: nextToTake) {
          nextToTake += 1
          condition.broadcast()
          return batch
        }
        condition.wait()
      }
    }.get()
  }

  /// Lets the threads end as soon as they can.
  func stop() {
    condition.withLock {
      end = 0
      finished = [:]
      condition.broadcast()
    }
  }

  var isStopped: Bool { condition.withLock { end == 0 } }
}
