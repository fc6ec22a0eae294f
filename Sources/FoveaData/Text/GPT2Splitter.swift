/// Cuts text into the words within which byte-level BPE merges, as GPT-2's regular expression does:
///
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
///
/// Written by hand, as a regular expression of Foundation's takes many times as long.
enum GPT2Splitter {
  private enum Kind { case letter, number, space, other }

  /// Calls `body` with the bytes of each word.
  static func forEachWord(in bytes: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    var start = 0
    while start < bytes.count {
      let end = wordEnd(bytes, from: start)
      body(UnsafeBufferPointer(rebasing: bytes[start..<end]))
      start = end
    }
  }

  private static func wordEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    if bytes[start] == UInt8(ascii: "'"), let length = contraction(bytes, after: start) { return start + 1 + length }
    let (first, next) = scalar(bytes, at: start)
    if first == .space {
      // A single space belongs to the word behind it.
      if bytes[start] == UInt8(ascii: " "), next < bytes.count {
        let (kind, _) = scalar(bytes, at: next)
        if kind != .space { return runEnd(bytes, of: kind, from: next) }
      }
      return spaceEnd(bytes, from: start)
    }
    return runEnd(bytes, of: first, from: start)
  }

  private static func runEnd(_ bytes: UnsafeBufferPointer<UInt8>, of kind: Kind, from start: Int) -> Int {
    var place = start
    while place < bytes.count {
      let (other, next) = scalar(bytes, at: place)
      if other != kind { break }
      place = next
    }
    return place
  }

  /// White space up to the last character of it, which is left for the word that follows.
  private static func spaceEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var (place, last) = (start, start)
    while place < bytes.count {
      let (kind, next) = scalar(bytes, at: place)
      if kind != .space { return last > start ? last : place }
      last = place
      place = next
    }
    return place
  }

  private static func contraction(_ bytes: UnsafeBufferPointer<UInt8>, after start: Int) -> Int? {
    func at(_ offset: Int) -> UInt8 { start + offset < bytes.count ? bytes[start + offset] : 0 }
    switch (at(1), at(2)) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _): return 1
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return 2
    default: return nil
    }
  }

  /// The kind of the character at a place, and where the next begins.
  private static func scalar(_ bytes: UnsafeBufferPointer<UInt8>, at place: Int) -> (Kind, Int) {
    let byte = bytes[place]
    if byte < 0x80 { return (ascii[Int(byte)], place + 1) }
    let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
    let end = min(place + length, bytes.count)
    var value = UInt32(byte) & (0xFF >> UInt32(length + 1))
    for index in (place + 1)..<end { value = value << 6 | UInt32(bytes[index] & 0x3F) }
    return (Unicode.Scalar(value).map(kind) ?? .other, end)
  }

  private static let ascii: [Kind] = (0..<128).map { kind(Unicode.Scalar(UInt8($0))) }

  private static func kind(_ scalar: Unicode.Scalar) -> Kind {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: .letter
    case .decimalNumber, .letterNumber, .otherNumber: .number
    default: scalar.properties.isWhitespace ? .space : .other
    }
  }
}
