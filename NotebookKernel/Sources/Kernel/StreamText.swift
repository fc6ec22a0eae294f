import Cells

/// What a cell prints on one stream, on its way to the reader: in bounded amounts, without the runtime's noise, and with
/// lines that are drawn over sent at most ten times a second.
package struct StreamText {
  /// Bytes that one cell may print before the rest is left out.
  package static let limit = 4 << 20

  private let isErrors: Bool
  private var bytes: [UInt8] = []
  /// How many of them stayed when the text was taken last.
  private var kept = 0
  private var total = 0
  private var isOver = false
  /// The length of the line that is open on the reader's side.
  private var openLine = 0
  /// A fatal error's message, and everything after it.
  private var fatal: String?
  private var isInStackTrace = false
  private var lastSent = 0.0

  package init(isErrors: Bool) { self.isErrors = isErrors }

  /// Forgets the cell before.
  package mutating func begin() { self = StreamText(isErrors: isErrors) }

  package mutating func append(_ new: [UInt8]) {
    guard !isOver else { return }
    total += new.count
    bytes += new
    if total > Self.limit {
      bytes += Array("\n[More than \(Self.limit >> 20) MB were printed; the rest is left out.]\n".utf8)
      isOver = true
    }
  }

  package var isEmpty: Bool { bytes.isEmpty }

  /// When what waits is to be sent, in seconds of a clock that only goes forward.
  package var due: Double {
    let isRedrawn = bytes.first == 13 && !bytes.contains(10)
    return lastSent + (isRedrawn ? 0.1 : 0.02)
  }

  /// Takes the text that can be sent now; all of it if nothing more will come.
  package mutating func take(at time: Double, isLast: Bool) -> String {
    lastSent = time
    var end = bytes.count
    if !isLast {
      end -= incompleteTail
      // The rest of a name comes at once, or not at all.
      if bytes.count != kept { end -= ReaderText.unfinishedName(in: bytes[..<end]) }
    }
    if isErrors && !isLast && !bytes.contains(13) { end = (bytes.lastIndex(of: 10) ?? -1) + 1 }
    let text = ReaderText.withoutCellModules(String(decoding: bytes[..<end], as: UTF8.self))
    bytes.removeFirst(end)
    kept = bytes.count
    return redrawn(isErrors ? withoutNoise(text) : text)
  }

  /// The message of a fatal error; nil if there was none. What came with it is no longer printed.
  package mutating func takeFatalError() -> String? {
    defer { fatal = nil }
    guard let fatal, let marker = Self.markers.first(where: fatal.contains),
      let range = fatal.firstRange(of: marker)
    else { return nil }
    var message = fatal[range.lowerBound...]
    if message.hasPrefix("Fatal error: ") { message = message.dropFirst("Fatal error: ".count) }
    // What follows is a stack in the runtime's own words.
    if marker.hasPrefix("Simultaneous") { message = message.prefix { !$0.isNewline } }
    while message.last?.isNewline == true { message.removeLast() }
    return String(message).replacing(#/ ?\(?0x[0-9a-f]+\)?/#, with: "")  // addresses tell a reader nothing
  }

  /// How the runtime begins what it says before it traps.
  private static let markers = [
    "Fatal error: ", "Fatal error", "Precondition failed", "Assertion failed", "Could not cast value of type",
    "Simultaneous accesses to",
  ]

  /// What was kept for a fatal error that turned out to be none.
  package mutating func takeKept() -> String {
    defer { fatal = nil }
    return fatal ?? ""
  }

  /// Bytes at the end that begin a character and do not finish it.
  private var incompleteTail: Int {
    for back in 1...4 where back <= bytes.count {
      let byte = bytes[bytes.count - back]
      if byte & 0xC0 == 0x80 { continue }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > back ? back : 0
    }
    return 0
  }

  private mutating func withoutNoise(_ text: String) -> String {
    var kept = ""
    var rest = text[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(where: \.isNewline).map { rest.index(after: $0) } ?? rest.endIndex
      let line = rest[..<end]
      rest = rest[end...]
      if line.hasPrefix("Current stack trace:") {
        isInStackTrace = true
      } else if isInStackTrace && line.contains("0x") && line.first?.isNumber == true {
        continue
      } else if fatal != nil || Self.markers.contains(where: line.contains) {
        fatal = (fatal ?? "") + line
      } else {
        isInStackTrace = false
        kept += line
      }
    }
    return kept
  }

  /// Leaves out what the reader would not see, as it is drawn over at once, and blanks what a shorter line leaves behind.
  private mutating func redrawn(_ text: String) -> String {
    var result = ""
    let lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if index > 0 {
        result += "\n"
        openLine = 0
      }
      let drawings = line.split(separator: "\r", omittingEmptySubsequences: false)
      guard drawings.count > 1 else {
        result += line
        openLine += line.count
        continue
      }
      let returnsLast = drawings.last?.isEmpty == true
      let last = (drawings.last { !$0.isEmpty } ?? "").replacing("\u{1B}[K", with: "")
      let padding = max(0, openLine - last.count)
      result += (openLine > 0 || index == 0 ? "\r" : "") + last + String(repeating: " ", count: padding)
      if returnsLast { result += "\r" }
      openLine = last.count
    }
    return result
  }
}
