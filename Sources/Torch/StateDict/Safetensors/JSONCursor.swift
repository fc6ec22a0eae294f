/// Reads JSON (RFC 8259) piece by piece, in the order of the text.
///
/// Foundation's decoder loses the order of an object's members and the fact that one came twice; a safetensors header
/// needs both.
struct JSONCursor {
  private let file: MappedFile
  private let text: UnsafeRawBufferPointer
  private var position = 0

  /// - Precondition: the range is within the file. The file must outlive this.
  init(_ file: MappedFile, _ range: Range<Int>) {
    self.file = file
    text = file.bytes(range)
  }

  /// Reads an object; `member` is called with each key and must read its value.
  mutating func object(_ member: (inout JSONCursor, String) throws -> Void) throws {
    try expect("{")
    if take("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try member(&self, key)
    } while take(",")
    try expect("}")
  }

  /// Reads an array of non-negative integers.
  mutating func naturalNumbers() throws -> [Int] {
    var numbers: [Int] = []
    try expect("[")
    if take("]") { return [] }
    repeat { numbers.append(try naturalNumber()) } while take(",")
    try expect("]")
    return numbers
  }

  /// Reads a string.
  mutating func string() throws -> String {
    try expect("\"")
    let start = position
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: "\""):
        defer { position += 1 }
        return try validated(text[start..<position])
      case UInt8(ascii: "\\"):
        return try escapedString(from: start)
      case ..<0x20:
        throw wrong("a control character inside a string")
      default:
        position += 1
      }
    }
    throw wrong("a string that does not end")
  }

  /// Checks that nothing but white space is left.
  mutating func end() throws {
    skipSpace()
    if position < text.count { throw wrong("more text after the header's end") }
  }

  private mutating func naturalNumber() throws -> Int {
    skipSpace()
    let start = position
    while position < text.count, !",]} \t\r\n".utf8.contains(text[position]) { position += 1 }
    let digits = String(decoding: text[start..<position], as: UTF8.self)
    let isPlain = digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isPlain, !(digits.hasPrefix("0") && digits.utf8.count > 1), let number = Int(digits) else {
      throw wrong("\(digits.quoted) where a size or an offset belongs")
    }
    return number
  }

  /// The slow path: a string with escapes, whose first character is at `start`.
  private mutating func escapedString(from start: Int) throws -> String {
    var bytes = Array(text[start..<position])
    while position < text.count {
      let byte = text[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return try validated(bytes[...])
      case UInt8(ascii: "\\"): bytes.append(contentsOf: try escape().utf8)
      case ..<0x20: throw wrong("a control character inside a string")
      default: bytes.append(byte)
      }
    }
    throw wrong("a string that does not end")
  }

  /// What stands after a backslash.
  private mutating func escape() throws -> String {
    guard position < text.count else { throw wrong("a string that does not end") }
    let letter = text[position]
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return String(UnicodeScalar(letter))
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw wrong("an unknown escape in a string")
    }
    var units = [try hexadecimalUnit()]
    if UTF16.isLeadSurrogate(units[0]) {
      guard position + 1 < text.count, text[position] == UInt8(ascii: "\\"), text[position + 1] == UInt8(ascii: "u")
      else { throw wrong("half a surrogate pair in a string") }
      position += 2
      units.append(try hexadecimalUnit())
    }
    guard let character = String(validating: units, as: UTF16.self) else {
      throw wrong("half a surrogate pair in a string")
    }
    return character
  }

  private mutating func hexadecimalUnit() throws -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard position < text.count, let digit = Character(UnicodeScalar(text[position])).hexDigitValue else {
        throw wrong("an unknown escape in a string")
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }

  private func validated(_ bytes: some Sequence<UInt8>) throws -> String {
    guard let string = String(validating: bytes, as: UTF8.self) else { throw wrong("text that is not UTF-8") }
    return string
  }

  private mutating func skipSpace() {
    while position < text.count, " \t\r\n".utf8.contains(text[position]) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    if !take(character) { throw wrong("no '\(character)' where one belongs") }
  }

  private func wrong(_ finding: String) -> StateDictError {
    file.malformed("the JSON header has \(finding), around byte \(position)")
  }
}
