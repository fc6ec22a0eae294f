import Foundation
import Testing

/// A cell that does not end can be stopped, wherever it is.
@Suite(.serialized) struct InterruptTests {
  @Test(arguments: [
    "while true {}",
    "import Foundation\nsleep(60)",
    "import Foundation\nlet lock = NSLock()\nlock.lock()\nlock.lock()",
    "var numbers = Array(0..<50_000)\nwhile true { numbers = numbers.sorted { $0 > $1 } }",
    "try await Task.sleep(nanoseconds: 60_000_000_000)",
    "await Task { while true {} }.value",
    "import Dispatch\nDispatchQueue.concurrentPerform(iterations: 2) { _ in while true {} }",
  ])
  func stops(cell: String) throws {
    let notebook = try Notebook()
    notebook.run("var kept = 7")
    var isAsked = false
    notebook.whileRunning = { session, seconds in
      // Long enough for the cell to be compiled and to run.
      guard !isAsked, seconds > 3 else { return }
      isAsked = true
      session.interrupt()
    }
    #expect(notebook.run(cell).failure?.name == "Interrupted")
    notebook.whileRunning = nil
    #expect(notebook.run("kept += 1; kept").value == "8")
  }
}
