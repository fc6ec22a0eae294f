import Cells
import Testing

@Suite struct EditedSourceTests {
  @Test func mapsColumnsBackToTheReadersText() {
    var source = EditedSource("let é = 1\nlet b = 2")
    source.insert("AB", at: 0)
    source.insert("CD", at: 8)
    source.insert("XYZ", at: 11)
    #expect(source.text == "ABlet é =CD 1\nXYZlet b = 2")
    #expect(source.originalColumn(line: 1, column: 1) == nil)
    #expect(source.originalColumn(line: 1, column: 3) == 1)
    #expect(source.originalColumn(line: 1, column: 11) == nil)
    #expect(source.originalColumn(line: 1, column: 13) == 9)
    #expect(source.originalColumn(line: 2, column: 4) == 1)
    #expect(source.originalColumn(line: 2, column: 12) == 9)
  }

  @Test func blanksWithoutMovingALine() {
    var source = EditedSource("ab\ncd\nef")
    source.blank(1..<7)
    #expect(source.text == "a \n  \n f")
  }
}
