import CNotebookWorker

/// Runs the main actor's work on the worker's main thread, between and in the cells.
final class MainExecutor: SerialExecutor {
  static let shared = MainExecutor()

  func enqueue(_ job: consuming ExecutorJob) {
    notebook_enqueue_main(unsafeBitCast(UnownedJob(job), to: UnsafeMutableRawPointer.self))
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  func checkIsolated() { precondition(notebook_is_main_thread(), "the main actor's work on another thread") }

  func isIsolatingCurrentContext() -> Bool? { notebook_is_main_thread() }
}

/// Called once, when the worker starts.
@_cdecl("notebook_make_main_executor")
func makeMainExecutor() {
  // An executor is two words to the runtime: the object, and its conformance.
  let words = unsafeBitCast(MainExecutor.shared.asUnownedSerialExecutor(), to: (UInt, UInt).self)
  notebook_set_main_executor(words.0, words.1)
}
