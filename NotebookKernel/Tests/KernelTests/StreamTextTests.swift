import Kernel
import Testing

@Suite struct StreamTextTests {
  private func text(_ pieces: String..., isErrors: Bool = false) -> String {
    var stream = StreamText(isErrors: isErrors)
    return pieces.enumerated().map { index, piece in
      stream.append(Array(piece.utf8))
      return stream.take(at: Double(index), isLast: index == pieces.count - 1)
    }.joined()
  }

  @Test func waitsForTheRestOfACharacter() {
    var stream = StreamText(isErrors: false)
    let bytes = Array("aé😀".utf8)
    var taken = ""
    for byte in bytes {
      stream.append([byte])
      taken += stream.take(at: 0, isLast: false)
    }
    #expect(taken == "aé😀")
  }

  @Test(arguments: [
    (["\r10 %\r20 %"], "\r20 %"), (["\r100 %", "\r5 %"], "\r100 %\r5 %  "), (["ab\r\ncd"], "ab\ncd"),
    (["working", "\rdone\u{1B}[K\n"], "working\rdone   \n"), (["a\nb"], "a\nb"),
  ])
  func drawsOver(pieces: [String], expected: String) {
    var stream = StreamText(isErrors: false)
    let text = pieces.map { piece in
      stream.append(Array(piece.utf8))
      return stream.take(at: 0, isLast: false)
    }.joined()
    #expect(text == expected)
  }

  /// However the pieces fall; and what begins no name after all comes a little later.
  @Test func leavesOutTheNamesOfModules() {
    #expect(text("[_Noteb", "ookCell", "12.", "Point(), f(", "_x)]") == "[Point(), f(_x)]")
    #expect(text("_NotebookCell1", ".a\n", isErrors: true) == "a\n")
    #expect(text("_NotebookCell1") == "_NotebookCell1")
    var stream = StreamText(isErrors: false)
    stream.append(Array("name_".utf8))
    #expect(stream.take(at: 0, isLast: false) == "name")
    #expect(stream.take(at: 1, isLast: false) == "_")
  }

  @Test func leavesOutTheRuntimesNoise() {
    var stream = StreamText(isErrors: true)
    let noise =
      "before\n_NotebookCell1/In [1]:1: Fatal error: boom\nmore\nCurrent stack trace:\n0    libswiftCore.so   0x00007f _x + 1\n"
    stream.append(Array(noise.utf8))
    #expect(stream.take(at: 0, isLast: true) == "before\n")
    #expect(stream.takeFatalError() == "boom\nmore")
  }

  @Test func printsWhatWasNoFatalError() {
    var stream = StreamText(isErrors: true)
    stream.append(Array("a log says Fatal error: none\n".utf8))
    #expect(stream.take(at: 0, isLast: true) == "")
    #expect(stream.takeKept() == "a log says Fatal error: none\n")
  }
}
