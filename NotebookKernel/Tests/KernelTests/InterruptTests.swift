import Foundation
import Testing

/// A cell that does not end can be stopped, wherever it is.
@Suite(.serialized) struct InterruptTests {
  /// Seconds that stopping may take at most: the second in which asynchronous code may end by itself, and a busy machine's.
  private let patience = 3.0

  @Test(arguments: [
    "while true {}",
    "import Foundation\nsleep(60)\nkept = 0",
    "import Foundation\nlet lock = NSLock()\nlock.lock()\nlock.lock()",
    "var numbers = Array(0..<50_000)\nwhile true { numbers = numbers.sorted { $0 > $1 } }",
    "try await Task.sleep(nanoseconds: 60_000_000_000)",
    "await Task { while true {} }.value",
    "import Dispatch\nDispatchQueue.concurrentPerform(iterations: 2) { _ in while true {} }",
    "for await x in AsyncStream<Int>(unfolding: { try? await Task.sleep(nanoseconds: 60_000_000_000); return 1 }) { _ = x }",
    "import Dispatch\nDispatchSemaphore(value: 0).wait()",
    "while true { print(\".\") }",
  ])
  func stops(cell: String) throws {
    let notebook = try Notebook()
    notebook.run("var kept = 7")
    let (result, seconds) = interrupted(cell, in: notebook)
    #expect(result.failure?.name == "Interrupted")
    #expect(seconds < patience)
    #expect(notebook.run("kept += 1; kept").value == "8")
  }

  @Test func cancelsAnAsynchronousCellFirst() throws {
    let notebook = try Notebook()
    notebook.run("var kept = 7")
    let cell = "do { try await Task.sleep(nanoseconds: 60_000_000_000) } catch { kept += 1; throw error }"
    let (result, seconds) = interrupted(cell, in: notebook)
    #expect(result.failure?.name == "Interrupted")
    #expect(seconds < patience)
    #expect(notebook.run("kept").value == "8")
  }

  /// What was left behind ends some time, and must not be taken for the end of a later cell.
  @Test func aCellThatWasLeftMayEndLater() throws {
    let notebook = try Notebook()
    notebook.run("import Foundation\nnonisolated(unsafe) var goes = false\nvar ends = 0")
    let cell = "await Task.detached { while !goes { usleep(1000) } }.value\nends += 1"
    #expect(interrupted(cell, in: notebook).result.failure?.name == "Interrupted")
    notebook.run("goes = true")
    for number in 1...3 {
      #expect(notebook.run("try await Task.sleep(nanoseconds: 100_000_000); \(number)").value == "\(number)")
    }
    #expect(notebook.run("ends").value == "1")
  }

  @Test func stopsTheCompiler() throws {
    let notebook = try Notebook()
    notebook.whileRunning = { session, _ in session.interrupt() }
    #expect(notebook.run("1 + 1").failure?.name == "Interrupted")
    notebook.whileRunning = nil
    #expect(notebook.run("1 + 1").value == "2")
  }

  /// The process has been told to run the cell, and is at something else: an interrupt holds all the same.
  @Test func stopsACellThatHasNotBegun() throws {
    let notebook = try Notebook()
    notebook.run("import Foundation\nvar kept = 7\nTask { @MainActor in sleep(60) };")
    notebook.idle(upTo: 0.5)
    for cell in ["kept += 1", "await Task.yield(); kept += 1"] {
      let (result, seconds) = interruptedAtOnce(cell, in: notebook)
      #expect(result.failure?.name == "Interrupted")
      #expect(seconds < patience)
      #expect(notebook.run("kept").value == "7")
      notebook.run("Task { @MainActor in sleep(60) };")
      notebook.idle(upTo: 0.5)
    }
  }

  /// The interrupt arrives while the cell is loaded, or just as it begins.
  @Test func stopsACellThatBegins() throws {
    let notebook = try Notebook()
    notebook.run("var kept = 7")
    for _ in 0..<5 {
      let (result, seconds) = interruptedAtOnce("while true {}", in: notebook)
      #expect(result.failure?.name == "Interrupted")
      #expect(seconds < patience)
    }
    #expect(notebook.run("kept").value == "7")
  }

  /// An interrupt between cells is for none of them.
  @Test func sparesTheNextCell() throws {
    let notebook = try Notebook()
    notebook.run("var kept = 7")
    notebook.interrupt()
    #expect(notebook.run("kept").value == "7")
  }

  /// Runs a cell, interrupts it once it runs, however long it took to compile, and says how long it took to stop.
  private func interrupted(_ cell: String, in notebook: Notebook) -> (result: Notebook.Result, seconds: Double) {
    var start: Date?
    var asked: Date?
    notebook.whileRunning = { [unowned notebook] session, _ in
      if start == nil, notebook.shown.contains(where: { $0.isText(beginning: "runs\n") }) { start = Date() }
      guard asked == nil, let start, Date().timeIntervalSince(start) > 0.3 else { return }
      asked = Date()
      session.interrupt()
    }
    defer { notebook.whileRunning = nil }
    let result = notebook.run("print(\"runs\")\n" + cell)
    return (result, asked.map { Date().timeIntervalSince($0) } ?? .infinity)
  }

  /// The same, but interrupts as soon as the process has been told to run the cell.
  private func interruptedAtOnce(_ cell: String, in notebook: Notebook) -> (result: Notebook.Result, seconds: Double) {
    var asked: Date?
    notebook.whileRunning = { session, stage in
      guard asked == nil, stage == .cell else { return }
      asked = Date()
      session.interrupt()
    }
    defer { notebook.whileRunning = nil }
    let result = notebook.run(cell)
    return (result, asked.map { Date().timeIntervalSince($0) } ?? .infinity)
  }
}
