import Foundation
import Jupyter
import Kernel
import Testing

/// What a cell shows is bounded, so that neither the kernel nor a browser can be exhausted.
@Suite(.serialized) struct BoundsTests {
  @Test func boundsTheDisplaysThatAreUpdated() throws {
    let notebook = try Notebook()
    let result = notebook.run("for i in 0..<5000 { updateDisplay(i, id: \"\\(i)\") }\nprint(\"end\")")
    #expect(result.shown.filter { if case .update = $0 { true } else { false } }.count == 2000)
    #expect(result.errors.contains("the rest is left out"))
    #expect(result.text == "end\n")
    // The next cell begins anew.
    #expect(notebook.run("updateDisplay(1, id: \"n\")").shown.count == 1)
  }

  @Test func countsADisplayThatIsUpdatedOnce() throws {
    let result = try Notebook().run("for i in 0..<1500 { display(0, id: \"\\(i)\"); updateDisplay(i, id: \"\\(i)\") }")
    #expect(result.shown.count == 3000)
  }

  @Test func boundsTheDisplays() throws {
    let result = try Notebook().run("for i in 0..<5000 { display(i) }")
    #expect(result.shown.filter { if case .display = $0 { true } else { false } }.count == 2000)
  }

  @Test(arguments: [
    "Array(repeating: 7, count: 1_000_000)", "String(repeating: \"é\", count: 2_000_000)",
    "HTML(String(repeating: \"x\", count: 2_000_000)).source",
  ])
  func boundsTheTextOfAValue(value: String) throws {
    let text = try #require(try Notebook().run("%O\n" + value).value)
    #expect(text.utf8.count > 1 << 20)
    #expect(text.utf8.count < (1 << 20) + 100)
    #expect(text.wholeMatch(of: /.*… \[the beginning of [0-9]+ bytes\]/) != nil)
  }

  @Test func boundsADisplay() throws {
    let notebook = try Notebook()
    let result = notebook.run("display(PNG([UInt8](repeating: 1, count: 70_000_000)))")
    #expect(result.shown == [.display(["text/plain": "[66 MB, more than the 64 MB that a display may have]"], id: nil)])
    #expect(notebook.run("1 + 1").value == "2")
  }

  @Test func boundsAnErrorsText() throws {
    let result = try Notebook().run(
      "struct E: Error, CustomStringConvertible { var description: String { String(repeating: \"x\", count: 9_000_000) } }\n"
        + "throw E()")
    #expect(try #require(result.failure).message.utf8.count < (1 << 20) + 100)
  }

  /// The history gives back no more than is kept of cells.
  @Test func boundsTheTextsOfCells() {
    var history = History()
    let large = String(repeating: "x", count: 1 << 20)
    for line in 1...40 { history.add("\(line) " + large, line: line) }
    let kept = history.reply(to: ["hist_access_type": "tail"])["history"]?.array ?? []
    #expect(kept.count == 15)
    #expect(kept.last?.array?[1] == 40)
    for line in 1...20_000 { history.add("x", line: line) }
    #expect(history.reply(to: ["hist_access_type": "tail"])["history"]?.array?.count == 10_000)
  }

  @Test func keepsNoFilesThatNobodyReads() throws {
    let before = try folders()
    let notebook = try Notebook()
    let folder = try #require(try folders().subtracting(before).first)
    for number in 0..<3 { notebook.run("let a\(number) = 1") }
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(files.contains("libCell3.so"))
    #expect(!files.contains { $0.hasSuffix(".o") || $0.hasPrefix("cell") })
  }

  private func folders() throws -> Set<String> {
    let place = FileManager.default.temporaryDirectory.path
    let names = try FileManager.default.contentsOfDirectory(atPath: place)
    return Set(
      names.filter { $0.hasPrefix("notebook-") && !$0.hasPrefix("notebook-language") }.map { "\(place)/\($0)" })
  }
}
