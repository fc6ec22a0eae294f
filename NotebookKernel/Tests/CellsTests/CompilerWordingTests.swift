import Cells
import Testing

@Suite struct CompilerWordingTests {
  /// Four cells, which the reader knows as In [10], [20], [30] and [40]; a fifth is compiled.
  private var wording: CompilerWording {
    var chain = CellChain()
    let cells = [
      "protocol P { var d: String { get } }\nstruct S {}", "extension S: P { var d: String { \"s\" } }", "struct S {}",
      "protocol Q {}",
    ]
    for (index, source) in cells.enumerated() {
      chain.publish(index + 1, CellRewriter().rewrite(source), execution: (index + 1) * 10)
    }
    return CompilerWording(chain: chain, number: 5, execution: 50)
  }

  @Test(arguments: [
    (
      "cannot convert value of type '_NotebookCell1.S' to specified type '_NotebookCell3.S'",
      "cannot convert value of type 'S' to specified type 'S'; the value belongs to the older 'S' of In [10], declared anew "
        + "in In [30]"
    ),
    (
      "cannot convert value of type '[_NotebookCell3.S]' to expected argument type '[_NotebookCell1.S]'",
      "cannot convert value of type '[S]' to expected argument type '[S]'; this was written for the older 'S' of In [10]: "
        + "run its cell again"
    ),
    (
      "cannot convert value of type '_NotebookCell1.A' to specified type '_NotebookCell3.B'",
      "cannot convert value of type 'A' to specified type 'B'"
    ),
    (
      "argument type 'S' does not conform to expected type 'P'",
      "argument type 'S' does not conform to expected type 'P'; the extension in In [20] is of the older 'S': run it again"
    ),
    (
      "value of type 'S' has no member 'd'",
      "value of type 'S' has no member 'd'; the extension in In [20] is of the older 'S': run it again"
    ),
    ("type 'Int' does not conform to protocol 'P'", "type 'Int' does not conform to protocol 'P'"),
    (
      "redundant conformance of 'Int' to protocol 'P'",
      "'Int' conforms to 'P' already, and a conformance cannot be replaced: run In [10] again, which declares 'P', and then "
        + "this cell"
    ),
    (
      "conformance of 'S' to protocol 'P' was already stated in the type's module '_NotebookCell1'",
      "'S' conforms to 'P' already, since In [20], and a conformance cannot be replaced: run In [30] again, which declares "
        + "'S', and then this cell"
    ),
    ("no such module 'Foundatio'", "no such module 'Foundatio'"),
    ("found in module '_NotebookCell3'", "found in In [30]"),
    ("found in module '_NotebookCell5'", "found in In [50]"),
  ])
  func saysWhichCellIsMeant(message: String, expected: String) { #expect(wording.readable(message) == expected) }

  @Test func saysThatAProtocolIsNew() {
    var chain = CellChain()
    for number in 1...2 { chain.publish(number, CellRewriter().rewrite("protocol P {}"), execution: number) }
    let wording = CompilerWording(chain: chain, number: 3, execution: 3)
    #expect(
      wording.readable("argument type 'A' does not conform to expected type 'P'")
        == "argument type 'A' does not conform to expected type 'P'; 'P' was declared anew in In [2], and what conforms to "
        + "the older one has to be, too")
  }
}
