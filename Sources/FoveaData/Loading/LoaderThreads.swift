import Foundation
import Synchronization
import Torch

/// Threads that load data, each of which computes on one core, so that they leave the others to the model.
enum LoaderThreads {
  /// libtorch keeps a number of threads for each thread, and one for those that have yet to ask; setting the first also
  /// sets the second. So the caller's number is set again once the new threads have theirs, one starter at a time.
  private static let starting = Mutex(())

  /// Starts threads; the group is done when all have ended.
  static func start(_ count: Int, _ work: @escaping @Sendable () -> Void) -> DispatchGroup {
    let group = DispatchGroup()
    starting.withLock { _ in
      let before = Machine.threadCount
      let ready = DispatchSemaphore(value: 0)
      for _ in 0..<count {
        group.enter()
        let thread = Thread {
          Machine.threadCount = 1
          _ = Machine.threadCount  // The first look fixes it for this thread.
          ready.signal()
          work()
          group.leave()
        }
        thread.name = "fovea loader"
        thread.stackSize = 4 << 20
        thread.start()
      }
      for _ in 0..<count { ready.wait() }
      Machine.threadCount = before
    }
    return group
  }

  /// Does `body` for every number below `count` on several threads, and blocks until all is done.
  ///
  /// - Throws: the error of the lowest number that failed; higher ones are given up.
  static func forEach(_ count: Int, threads: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    let state = Mutex((next: 0, end: count, failure: (any Error)?.none))
    let shared = Shared(state)
    let group = start(max(1, min(threads, count))) {
      while let index = shared.claim() {
        do { try body(index) } catch { shared.fail(index, error) }
      }
    }
    group.wait()
    if let failure = shared.failure { throw failure }
  }

  private final class Shared: Sendable {
    private let state: Mutex<(next: Int, end: Int, failure: (any Error)?)>

    init(_ state: consuming Mutex<(next: Int, end: Int, failure: (any Error)?)>) { self.state = state }

    var failure: (any Error)? { state.withLock { $0.failure } }

    func claim() -> Int? {
      state.withLock { state in
        guard state.next < state.end else { return nil }
        defer { state.next += 1 }
        return state.next
      }
    }

    func fail(_ index: Int, _ error: any Error) {
      state.withLock { state in
        guard index < state.end else { return }
        state.end = index
        state.failure = error
      }
    }
  }
}
