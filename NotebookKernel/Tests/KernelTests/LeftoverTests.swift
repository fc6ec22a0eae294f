import Foundation
import Testing

/// Work that a cell leaves behind neither freezes later cells nor is lost without a word.
@Suite(.serialized) struct LeftoverTests {
  private static let endless = [
    "Task { @MainActor in while true {} };",
    "func nothing() async {}\nTask { @MainActor in while true { await nothing() } };",
    "import Foundation\nTask { @MainActor in sleep(600); print(\"woken\") };",
    "import Dispatch\nDispatchQueue.main.async { while true {} }",
  ]

  @Test(arguments: endless, ["kept + 1", "await Task { kept + 1 }.value"])
  func doesNotFreezeTheNextCell(work: String, cell: String) throws {
    let notebook = try Notebook()
    notebook.run("var kept = 7")
    #expect(notebook.run(work).failure == nil)
    let start = Date()
    let result = notebook.run(cell)
    #expect(result.value == "8")
    #expect(result.errors.contains("kept the main actor from the next cell, and was stopped"))
    #expect(Date().timeIntervalSince(start) < 10)
    #expect(notebook.run(cell).shown.count == 1)
  }

  /// What lets others run goes on.
  @Test func sparesWorkThatWaits() throws {
    let notebook = try Notebook()
    notebook.run("var turns = 0\nTask { @MainActor in while true { turns += 1; await Task.yield() } };")
    notebook.run("var before = turns")
    let result = notebook.run("await Task.yield()\ntry await Task.sleep(nanoseconds: 3_000_000_000)\nturns > before")
    #expect(result.value == "true")
    #expect(result.errors.isEmpty)
  }

  @Test(arguments: endless)
  func anInterruptBetweenCellsStopsIt(work: String) throws {
    let notebook = try Notebook()
    notebook.run("var kept = 7")
    notebook.run(work)
    notebook.idle(upTo: 0.5)
    notebook.interrupt()
    notebook.idleUntilSomethingIsShown()
    #expect(
      notebook.shown == [.text("Work that an earlier cell left behind was stopped by an interrupt.\n", isErrors: true)])
    let start = Date()
    #expect(notebook.run("kept").value == "7")
    #expect(Date().timeIntervalSince(start) < 10)
  }

  @Test(arguments: [
    "Task { @MainActor in fatalError(\"behind\") };",
    "import Dispatch\nDispatchQueue.main.async { fatalError(\"behind\") }",
  ])
  func saysThatItTrapped(work: String) throws {
    let notebook = try Notebook()
    notebook.run("var kept = 7")
    notebook.run("import Dispatch\n" + work)
    notebook.idle(upTo: 60) { notebook.text.contains("trapped") }
    #expect(notebook.text.contains("Fatal error: behind\n"))
    #expect(notebook.text.contains("Work that an earlier cell left behind has trapped.\n"))
    #expect(!notebook.text.contains("_NotebookCell"))
    #expect(notebook.run("kept").value == "7")
  }

  @Test func saysThatAThreadOfThePoolTrapped() throws {
    let notebook = try Notebook()
    notebook.run(
      "import Dispatch\nvar kept = 7\nDispatchQueue.global().asyncAfter(deadline: .now() + 1) { fatalError(\"behind\") }"
    )
    notebook.idle(upTo: 60) { notebook.text.contains("behind") }
    #expect(notebook.text.contains("Fatal error: behind\n"))
    #expect(notebook.run("kept").value == "7")
  }

  /// libdispatch's main queue is left in the middle of a block, in a cell and between cells, and goes on.
  @Test(arguments: [
    "DispatchQueue.main.async { fatalError() }",
    "DispatchQueue.main.async { fatalError() }\nRunLoop.main.run(until: Date().addingTimeInterval(0.5))",
    "await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in DispatchQueue.main.async { fatalError() } }",
  ])
  func theMainQueueSurvivesATrap(cell: String) throws {
    let notebook = try Notebook()
    notebook.run("import Foundation")
    for _ in 0..<2 {
      notebook.run(cell)
      notebook.idle(upTo: 0.5)
      notebook.run("DispatchQueue.main.async { print(\"goes on\") }")
      notebook.idle(upTo: 20) { notebook.text.contains("goes on") }
      #expect(notebook.text.contains("goes on\n"))
    }
  }

  @Test func theMainQueueIsServedBetweenCells() throws {
    let notebook = try Notebook()
    notebook.run("import Dispatch\nDispatchQueue.main.asyncAfter(deadline: .now() + 0.5) { print(\"later\") }")
    notebook.idleUntilSomethingIsShown()
    #expect(notebook.shown == [.text("later\n", isErrors: false)])
  }
}
