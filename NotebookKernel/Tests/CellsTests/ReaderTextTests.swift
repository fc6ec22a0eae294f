import Cells
import Testing

@Suite struct ReaderTextTests {
  @Test(arguments: [
    ("[_NotebookCell12.Point(x: 1)]", "[Point(x: 1)]"), ("_NotebookCell3::x", "x"),
    ("_NotebookCell1/In [1]:1: Fatal error", "In [1]:1: Fatal error"),
    ("(unknown context at $7f2b4e1d501c).(unknown context at $7f2b4e1d5030).E", "E"),
    ("(extension in _NotebookCell4):Swift.Int.N", "Swift.Int.N"),
    // The reader's own words.
    ("Cell1.voltage", "Cell1.voltage"), ("My_NotebookCell is it", "My_NotebookCell is it"),
    ("(unknown context)", "(unknown context)"), ("(extension in Cell1):x", "(extension in Cell1):x"),
  ])
  func leavesOutTheModules(text: String, expected: String) {
    #expect(ReaderText.withoutCellModules(text) == expected)
  }

  @Test(arguments: [
    ("a", 0), ("a_", 1), ("a_Notebook", 9), ("[_NotebookCell12", 15), ("[_NotebookCell12.", 0),
    ("_NotebookCell12:", 16),
    ("f(", 1), ("(unknown context at $7f", 23), ("(unknown context at $7f)", 24), ("(unknown context at $7f).", 0),
    ("(extension in _Notebook", 23), ("(b", 0), ("a_b", 0), ("", 0),
  ])
  func keepsWhatMayGoOn(text: String, count: Int) { #expect(ReaderText.unfinishedName(in: Array(text.utf8)) == count) }
}
