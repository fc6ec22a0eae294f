import Foundation

/// Runs asynchronous work on threads of its own.
///
/// Code that blocks while it waits for asynchronous work must not wait for Swift's shared pool: it may itself be called on
/// one of the pool's few threads, and then nothing would ever go on.
private final class OwnThreads: TaskExecutor {
  static let shared = OwnThreads()

  private let queue = DispatchQueue(label: "FoveaData.downloads", attributes: .concurrent)

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// Does asynchronous work and blocks until it is done.
func waiting<Value: Sendable>(for work: @escaping @Sendable () async throws -> Value) throws -> Value {
  let outcome = Outcome<Value>()
  let done = DispatchSemaphore(value: 0)
  Task(executorPreference: OwnThreads.shared) {
    do { outcome.result = .success(try await work()) } catch { outcome.result = .failure(error) }
    done.signal()
  }
  done.wait()
  guard let result = outcome.result else { throw CancellationError() }
  return try result.get()
}

/// Handed from the one who works to the one who waits; the semaphore keeps them apart.
private final class Outcome<Value: Sendable>: @unchecked Sendable {
  var result: Result<Value, any Error>?
}
