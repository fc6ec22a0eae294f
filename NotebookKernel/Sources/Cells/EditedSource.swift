/// The text of a cell with insertions and blanked parts, none of which adds or removes a line.
///
/// Positions are UTF-8 offsets into the original text, as SwiftSyntax and the compiler count.
package struct EditedSource {
  private let original: [UInt8]
  private var insertions: [(offset: Int, text: String)] = []
  private var blanks: [Range<Int>] = []

  package init(_ text: String) { original = Array(text.utf8) }

  /// Puts text before the byte at an offset; what was put there earlier stands before it.
  package mutating func insert(_ text: String, at offset: Int) {
    precondition(!text.contains("\n"), "an insertion keeps the lines")
    insertions.append((offset, text))
  }

  /// Replaces bytes by spaces, line breaks excepted.
  package mutating func blank(_ range: Range<Int>) { blanks.append(range) }

  /// Blanks a range and drops what was inserted into it.
  mutating func remove(_ range: Range<Int>) {
    insertions.removeAll { $0.offset >= range.lowerBound && $0.offset <= range.upperBound }
    blank(range)
  }

  /// The text as it is compiled.
  package var text: String {
    var bytes = original
    for range in blanks {
      for index in range where bytes[index] != UInt8(ascii: "\n") { bytes[index] = UInt8(ascii: " ") }
    }
    var result: [UInt8] = []
    var next = 0
    for insertion in ordered {
      result.append(contentsOf: bytes[next..<insertion.offset])
      result.append(contentsOf: insertion.text.utf8)
      next = insertion.offset
    }
    result.append(contentsOf: bytes[next...])
    return String(decoding: result, as: UTF8.self)
  }

  /// The insertions from front to back; those of one offset in the order in which they were made.
  private var ordered: [(offset: Int, text: String)] {
    insertions.enumerated().sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }.map(\.element)
  }

  /// The column in the original of a column of the edited text, both counted in bytes from 1; nil inside an insertion.
  package func originalColumn(line: Int, column: Int) -> Int? {
    let start = lineStart(line)
    let end = original[start...].firstIndex(of: UInt8(ascii: "\n")) ?? original.count
    var shift = 0
    for insertion in ordered where insertion.offset >= start && insertion.offset <= end {
      let insertedColumn = insertion.offset - start + 1 + shift
      let length = insertion.text.utf8.count
      if column < insertedColumn { break }
      if column < insertedColumn + length { return nil }
      shift += length
    }
    return column - shift
  }

  private func lineStart(_ line: Int) -> Int {
    var start = 0
    for _ in 1..<max(line, 1) {
      guard let newline = original[start...].firstIndex(of: UInt8(ascii: "\n")) else { return start }
      start = newline + 1
    }
    return start
  }
}
