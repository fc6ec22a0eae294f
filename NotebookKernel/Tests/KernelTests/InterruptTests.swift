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
    #expect(interrupted(cell, in: notebook).failure?.name == "Interrupted")
    #expect(notebook.run("kept += 1; kept").value == "8")
  }

  @Test func cancelsAnAsynchronousCellFirst() throws {
    let notebook = try Notebook()
    notebook.run("var kept = 7")
    let cell = "do { try await Task.sleep(nanoseconds: 60_000_000_000) } catch { kept += 1; throw error }"
    #expect(interrupted(cell, in: notebook).failure?.name == "Interrupted")
    #expect(notebook.run("kept").value == "8")
  }

  @Test func stopsTheCompiler() throws {
    let notebook = try Notebook()
    notebook.whileRunning = { session in session.interrupt() }
    #expect(notebook.run("1 + 1").failure?.name == "Interrupted")
    notebook.whileRunning = nil
    #expect(notebook.run("1 + 1").value == "2")
  }

  /// Runs a cell, and interrupts it once it runs, however long it took to compile.
  private func interrupted(_ cell: String, in notebook: Notebook) -> Notebook.Result {
    var start: Date?
    var isAsked = false
    notebook.whileRunning = { [unowned notebook] session in
      if start == nil, notebook.shown.contains(.text("runs\n", isErrors: false)) { start = Date() }
      guard !isAsked, let start, Date().timeIntervalSince(start) > 0.3 else { return }
      isAsked = true
      session.interrupt()
    }
    defer { notebook.whileRunning = nil }
    return notebook.run("print(\"runs\")\n" + cell)
  }
}
