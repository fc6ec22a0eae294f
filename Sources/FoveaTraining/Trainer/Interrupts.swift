import Dispatch
import Foundation
import Synchronization

/// Listens for Ctrl-C (SIGINT) and SIGTERM while a run goes: the first asks for an orderly end, the second ends at once.
///
/// The signals are taken by a dispatch queue, not by a signal handler, so nothing happens at a moment when it must not.
final class Interrupts {
  private let count = Counter()
  private let sources: [any DispatchSourceSignal]

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }

  init() {
    let count = count
    let queue = DispatchQueue(label: "fovea.interrupts")
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)  // or the signal would end the process before the queue hears of it
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        if count.value.add(1, ordering: .relaxed).newValue > 1 { _exit(128 + number) }
        let message = "\nfinishing the step and saving; once more to quit at once\n"
        try? FileHandle.standardError.write(contentsOf: Data(message.utf8))
      }
      source.resume()
      return source
    }
  }

  /// Whether there was one.
  var isRequested: Bool { count.value.load(ordering: .relaxed) > 0 }

  deinit {
    for source in sources { source.cancel() }
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
  }
}
