import Cells
import Testing

@Suite struct CellChainTests {
  private func published(_ sources: String...) -> CellChain {
    var chain = CellChain()
    for (index, source) in sources.enumerated() {
      let cell = CellRewriter(origins: chain.origins, imported: chain.imported).rewrite(source)
      chain.publish(index + 1, cell, execution: index + 1)
    }
    return chain
  }

  @Test func beginsWithTheSupportModule() {
    #expect(CellChain().header(of: 1).hasPrefix("@_exported import NotebookSupport; enum __Cell1 {}"))
  }

  @Test func passesOverCellsThatDeclareNothing() {
    let header = published("let a = 1", "print(a)", "let b = 2").header(of: 4)
    #expect(
      header.hasPrefix(
        "@_exported import _NotebookCell3; @testable import enum _NotebookCell1.__Cell1; "
          + "@testable import enum _NotebookCell3.__Cell3"))
    #expect(!header.contains("Cell2"))
  }

  @Test func letsTheReadersNamesWinOverAModuleThatComesLater() {
    let pin = "@testable import func _NotebookCell1.sin"
    #expect(published("func sin() {}").header(of: 2, imports: ["Foundation"]).contains(pin))
    #expect(published("func sin() {}", "import Foundation").header(of: 3).contains(pin))
    #expect(!published("func sin() {}", "print(1)").header(of: 3).contains(pin))
    #expect(!published("func sin() {}", "import Foundation", "func sin() {}").header(of: 4).contains(".sin"))
  }

  @Test func knowsWhereANameWasDeclaredLast() {
    #expect(published("let x = 1", "let y = 2", "let x = 3").origins == ["x": 3, "y": 2])
  }
}
