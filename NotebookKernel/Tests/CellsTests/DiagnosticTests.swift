import Cells
import Testing

@Suite struct DiagnosticTests {
  private let source = "let a = 1\nlet b: Int = \"x\""

  private func parse(_ output: String, of cell: RewrittenCell, execution: Int) -> [Diagnostic] {
    let wording = CompilerWording(chain: CellChain(), number: execution, execution: execution)
    return Diagnostic.parse(output, of: cell, execution: execution, wording: wording)
  }

  @Test func pointsIntoTheReadersText() {
    let cell = CellRewriter().rewrite(source)
    let output = "In [3]:2:14: error: cannot convert\nlet b ...\n"
    let found = parse(output, of: cell, execution: 3)
    #expect(found.map(\.line) == [2])
    #expect(found[0].text(source: source) == "In [3]:2:14: error: cannot convert\nlet b: Int = \"x\"\n             ^")
  }

  @Test func leavesOutWhatConcernsInsertedText() {
    let cell = CellRewriter().rewrite("f()")
    let inserted = "In [1]:1:2: warning: something about the kernel's own text\n"
    #expect(parse(inserted, of: cell, execution: 1).isEmpty)
    let own = "In [1]:1:15: warning: something about the reader's text\n"
    #expect(parse(own, of: cell, execution: 1).map(\.column) == [1])
  }

  @Test func leavesOutNoise() {
    let output = "In [1]:1:1: warning: result of call to 'f()' is unused\n"
    #expect(parse(output, of: CellRewriter().rewrite("f();"), execution: 1).isEmpty)
  }

  @Test func keepsErrorsOfEarlierCells() {
    let output = "In [1]:4:2: note: declared here\n"
    let found = parse(output, of: CellRewriter().rewrite("g()"), execution: 2)
    #expect(found.map(\.execution) == [1])
  }
}
