import Foundation
import Kernel
import Testing

/// However a cell ends, the next one finds the variables.
@Suite(.serialized) struct EndingTests {
  /// Each row: a cell that fails, the name and a part of the message of its failure.
  @Test(arguments: [
    ("let a = [1]; func at(_ i: Int) -> Int { a[i] }\nat(3)", "FatalError", "Index out of range"),
    ("let n: Int? = nil\nn!", "FatalError", "Unexpectedly found nil"),
    ("fatalError(\"one\\ntwo\")", "FatalError", "one\ntwo"),
    ("precondition(kept == 0, \"not zero\")", "FatalError", "not zero"),
    ("var i = Int.max\ni += kept", "FatalError", "trap"),
    ("\"a\" as Any as! Int", "FatalError", "Could not cast"),
    ("var p = (1, 2)\nswap(&p.0, &p.1)", "FatalError", "Simultaneous accesses"),
    ("func deep(_ n: Int) -> Int { n < 0 ? 0 : deep(n + 1) + 1 }\ndeep(0)", "FatalError", "recursion"),
    ("UnsafeMutablePointer<Int>(bitPattern: 8)!.pointee = 1", "FatalError", "pointer"),
    ("await Task { fatalError(\"behind\") }.value", "FatalError", "behind"),
    ("struct E: Error {}\nthrow E()", "E", "E()"),
    ("struct E: Error {}\nfunc f() async throws { throw E() }\ntry await f()", "E", "E()"),
    ("func f() throws { struct E: Error {}; throw E() }\ntry f()", "E", "E()"),
    ("enum E: Error { case a }\nfunc f() throws(E) { throw .a }\ntry f()", "E", "a"),
    ("import Foundation\nexit(2)", "Exit", "exit(2)"),
    ("class C { deinit { fatalError(\"at the end\") } }\ndo { _ = C() }", "FatalError", "at the end"),
    ("let z = kept - 7\n1 / z", "FatalError", "Division by zero"),
    (
      "import Dispatch\nDispatchQueue.concurrentPerform(iterations: 1) { _ in fatalError(\"within\") }", "FatalError",
      "within"
    ),
    (
      "import Dispatch\nlet g = DispatchGroup()\nDispatchQueue.global().async(group: g) { fatalError(\"pool\") }\ng.wait()",
      "FatalError", "pool"
    ),
    ("import Foundation\nThread { fatalError(\"thread\") }.start()\nsleep(60)", "FatalError", "thread"),
    ("func f() async -> Int { fatalError(\"child\") }\nasync let a = f()\nawait a", "FatalError", "child"),
    ("struct E: Error {}\nfunc f() async throws -> Int { throw E() }\nasync let a = f()\ntry await a", "E", "E()"),
    ("await withTaskGroup(of: Void.self) { $0.addTask { fatalError(\"group\") } }", "FatalError", "group"),
    ("import Foundation\nawait Task.detached { exit(3) }.value", "Exit", "exit(3)"),
    ("import Foundation\nabort()", "FatalError", "aborted"),
    ("import Foundation\nawait Task.yield()\nexit(2)", "Exit", "exit(2)"),
    ("@MainActor func f() { fatalError(\"main\") }\nawait Task { @MainActor in f() }.value", "FatalError", "main"),
  ])
  func keepsItsState(cell: String, name: String, message: String) throws {
    let notebook = try Notebook()
    notebook.run("var kept = 7")
    let failure = try #require(notebook.run(cell).failure)
    #expect(failure.name == name)
    #expect(failure.message.contains(message))
    #expect(notebook.run("kept += 1; kept").value == "8")
    #expect(notebook.run("await Task { kept }.value").value == "8")
  }

  @Test func saysWhereAnErrorCameFrom() throws {
    let notebook = try Notebook()
    notebook.run("struct Unlucky: Error {}\nfunc f() throws {\n  throw Unlucky()\n}")
    let failure = try #require(notebook.run("print(1)\ntry f()").failure)
    #expect(failure.traceback.count == 3)
    #expect(failure.traceback[1] == "  In [1], line 3, in f()\n    throw Unlucky()")
    #expect(failure.traceback[2] == "  In [2], line 2, in top-level code\n    try f()")
  }

  @Test func saysWhereATrapCameFrom() throws {
    let notebook = try Notebook()
    notebook.run("func f(_ a: [Int]) -> Int {\n  a[9]\n}")
    let result = notebook.run("f([])")
    #expect(result.failure?.traceback.dropFirst().first == "  In [1], line 2, in f(_:)\n    a[9]")
    #expect(!result.errors.contains("stack trace"))
  }

  @Test func variablesBeyondTheFailureAreUnknown() throws {
    let notebook = try Notebook()
    notebook.run("struct E: Error {}\nfunc f() throws -> Int { throw E() }")
    #expect(notebook.run("let good = 5\nlet bad = try f()\nlet never = 6").failure?.name == "E")
    #expect(notebook.run("good").value == "5")
    #expect(notebook.run("never").failure?.message.contains("cannot find 'never' in scope") == true)
    // Names of before an import are made to win over the module's; those are none.
    #expect(notebook.run("import Foundation\nsqrt(16.0)").value == "4.0")
  }

  @Test func aDeadWorkerIsReplaced() throws {
    let notebook = try Notebook()
    notebook.run("let a = 1")
    let failure = try #require(notebook.run("import Foundation\nkill(getpid(), SIGKILL)").failure)
    #expect(failure.name == "WorkerLost")
    #expect(failure.message.contains("All variables are lost"))
    #expect(notebook.run("a").failure?.message == "cannot find 'a' in scope")
    #expect(notebook.run("1 + 1").value == "2")
  }

  /// Only those of the pool are few.
  @Test func aWorkerKeepsItsStateWhateverThreadsOfOthersAreLost() throws {
    let notebook = try Notebook()
    notebook.run("import Foundation\nvar kept = 7")
    for _ in 0...ProcessInfo.processInfo.activeProcessorCount {
      #expect(notebook.run("Thread { fatalError() }.start()\nsleep(60)").failure?.name == "FatalError")
      #expect(notebook.run("Thread { exit(1) }.start()\nsleep(60)").failure?.name == "Exit")
    }
    #expect(notebook.run("await Task.detached { kept }.value").value == "7")
  }

  @Test func aWorkerWithoutThreadsIsReplaced() throws {
    let notebook = try Notebook()
    var notice = ""
    for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
      notice = notebook.run("await Task.detached { fatalError() }.value").errors
    }
    #expect(notice.contains("all variables are lost"))
    #expect(notebook.run("await Task.detached { 3 }.value").value == "3")
  }
}
