import Cells
import Testing

/// Each row of what a cell's items become.
@Suite struct RewritingTests {
  private func text(_ source: String, origins: [String: Int] = [:], imported: Set<String> = []) -> String {
    CellRewriter(origins: origins, imported: imported).rewrite(source).edits.text
  }

  @Test(arguments: [
    ("import Foundation", "@_exported import Foundation"),
    ("import struct Foundation.Date", "@_exported import struct Foundation.Date"),
    ("let a = 1", "let a = 1; _notebookMark(0)"),
    ("let a = 1 // one\nvar b = 2", "let a = 1; _notebookMark(0) // one\nvar b = 2; _notebookMark(1)"),
    ("private func f() {}", "        func f() {}"),
    ("fileprivate struct S {}", "            struct S {}"),
    ("struct S { private var a = 1 }", "struct S { private var a = 1 }"),
    ("f(1)", "_notebookShow(f(1))"),
    ("f(1);", "f(1);"),
    ("a = 1", "a = 1"),
    ("a += 1", "a += 1"),
    ("a == 1", "_notebookShow(a == 1)"),
    ("a <= 1 // so?", "_notebookShow(a <= 1) // so?"),
    ("a?.b = 3", "a?.b = 3"),
    ("try f()", "_notebookShow(try f())"),
    ("if a { b } else { c }", "if a { b } else { c }"),
    ("fatalError()", "fatalError()"),
    ("[1, 2]\n  .map { $0 }", "_notebookShow([1, 2]\n  .map { $0 })"),
    ("1\n2", "1\n_notebookShow(2)"),
    (
      "#if A\nimport B\nlet a = 1\n#else\nprivate func f() {}\n#endif",
      "#if A\n@_exported import B\nlet a = 1; _notebookMark(0)\n#else\n        func f() {}\n#endif"
    ),
    ("extension S: P { var d: Int { 1 } }", "extension S: P { public var d: Int { 1 } }"),
    ("extension S: P { @inline(never) func d() {} }", "extension S: P { @inline(never) public func d() {} }"),
    ("extension S { var d: Int { 1 } }", "extension S { var d: Int { 1 } }"),
    ("extension S: P { private var d: Int { 1 } }", "extension S: P { private var d: Int { 1 } }"),
    (
      "guard let a = f() else { fatalError() }",
      "let a = { guard let a = f() else { fatalError() }; return a }(); _notebookMark(0)"
    ),
    (
      "guard let a = try f(), case .some(let b) = g else { fatalError() }",
      "let (a, b) = try { guard let a = try f(), case .some(let b) = g else { fatalError() }; return (a, b) }(); _notebookMark(0)"
    ),
  ])
  func becomes(source: String, expected: String) { #expect(text(source) == expected) }

  @Test(arguments: [
    ("let a = await f()", "nonisolated(unsafe) let a = await f(); _notebookMark(0)"),
    ("async let a = f()", "async let a = f(); _notebookMark(0)"),
    ("nonisolated(unsafe) var a = await f()", "nonisolated(unsafe) var a = await f(); _notebookMark(0)"),
    (
      "guard let a = await f() else { fatalError() }",
      "nonisolated(unsafe) let a = await { guard let a = await f() else { fatalError() }; return a }(); _notebookMark(0)"
    ),
    ("@MainActor var a = await f()", "@MainActor var a = await f(); _notebookMark(0)"),
    ("for await x in s { var y = 1 }", "for await x in s { var y = 1 }"),
  ])
  func waitsAtTheTopLevel(source: String, expected: String) {
    let cell = CellRewriter().rewrite(source)
    #expect(cell.isAsync)
    #expect(cell.edits.text == expected)
  }

  @Test(arguments: ["func f() async { await g() }", "let t = Task { await f() }", "let c = { await f() }"])
  func doesNotWait(source: String) { #expect(!CellRewriter().rewrite(source).isAsync) }

  @Test func forgetsAnImportThatIsThere() {
    #expect(text("import Foundation\n1", imported: ["Foundation"]) == "                 \n_notebookShow(1)")
  }

  @Test func redeclaresAVariableFromItself() {
    #expect(
      text("let x = x.sorted(by: x)", origins: ["x": 4])
        == "let x = _NotebookCell4::x.sorted(by: _NotebookCell4::x); _notebookMark(0)")
    #expect(text("let x = a.x", origins: ["x": 4]) == "let x = a.x; _notebookMark(0)")
    #expect(text("let y = x", origins: ["x": 4]) == "let y = x; _notebookMark(0)")
  }

  @Test func leavesWhatIsNotSwiftToTheCompiler() { #expect(text("let = ") == "let = ") }

  @Test func listsWhatLaterCellsCanUse() {
    let cell = CellRewriter().rewrite(
      "import Foundation\nlet (a, b) = f()\nstruct S {}\nfunc g() {}\ninfix operator <+>")
    #expect(cell.imports == ["Foundation"])
    #expect(cell.declarations.map(\.name) == ["a", "b", "S", "g", "<+>"])
    #expect(cell.declarations.map(\.kind) == [.variable, .variable, .structure, .function, .other])
    #expect(cell.isPublished)
    #expect(!CellRewriter().rewrite("print(1)").isPublished)
  }

  @Test func keepsWhatACellCameToBeforeItFailed() {
    let source = "let a = 1\nprint(a)\nlet b = try f()\nfunc g() {}\nlet c = 3"
    let cell = CellRewriter().rewrite(source)
    #expect(cell.hasUnreachedVariables(after: 0))
    #expect(!cell.hasUnreachedVariables(after: 4))
    let part = cell.declarationsReached(mark: 0, keepsLater: true).edits.text
    #expect(part.contains("func g() {}"))
    #expect(!part.contains("print"))
    #expect(!part.contains("let b"))
    #expect(part.contains("let a = 1"))
    #expect(cell.declarationsReached(mark: 0, keepsLater: true).declarations.map(\.name) == ["a", "g"])
    #expect(part.filter { $0 == "\n" }.count == source.filter { $0 == "\n" }.count)
    #expect(!cell.declarationsReached(mark: 0, keepsLater: false).edits.text.contains("func g"))
  }
}
