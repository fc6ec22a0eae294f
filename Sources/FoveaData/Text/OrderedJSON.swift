import Foundation

/// A JSON text (RFC 8259) as a tree that keeps the order of members and the bytes of strings.
///
/// Foundation's decoder makes a dictionary of an object, in which two keys that Unicode holds to be the same (`Å` in one
/// character and in two) become one; a vocabulary may have both.
indirect enum OrderedJSON {
  case null
  case bool(Bool)
  case number(Double)
  case string([UInt8])
  case array([OrderedJSON])
  case object([(key: [UInt8], value: OrderedJSON)])

  /// Reads a whole text.
  ///
  /// - Throws: ``TokenizerError`` that names the file and the byte.
  init(parsing bytes: [UInt8], file: String) throws {
    var parser = OrderedJSONParser(bytes: bytes, file: file)
    self = try parser.document()
  }

  /// A member of an object; nil where there is none, or it is null.
  subscript(key: String) -> OrderedJSON? {
    guard case .object(let members) = self else { return nil }
    guard let found = members.first(where: { $0.key.elementsEqual(key.utf8) })?.value else { return nil }
    if case .null = found { return nil }
    return found
  }

  var string: String? {
    if case .string(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
  }
  var bytes: [UInt8]? { if case .string(let bytes) = self { bytes } else { nil } }
  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// A whole number that fits.
  var int: Int? { if case .number(let value) = self { Int(exactly: value) } else { nil } }
  var array: [OrderedJSON]? { if case .array(let values) = self { values } else { nil } }
  var members: [(key: [UInt8], value: OrderedJSON)]? { if case .object(let members) = self { members } else { nil } }
}

private struct OrderedJSONParser {
  let bytes: [UInt8]
  let file: String
  var position = 0
  /// Deeper nesting is refused, so that a hostile file does not use up the stack.
  static let deepest = 64

  mutating func document() throws -> OrderedJSON {
    let value = try value(depth: 0)
    skipSpace()
    if position < bytes.count { throw wrong("more text after the end") }
    return value
  }

  private mutating func value(depth: Int) throws -> OrderedJSON {
    guard depth < Self.deepest else { throw wrong("more than \(Self.deepest) levels") }
    skipSpace()
    guard position < bytes.count else { throw wrong("an early end") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func object(depth: Int) throws -> OrderedJSON {
    position += 1
    var members: [(key: [UInt8], value: OrderedJSON)] = []
    if take("}") { return .object([]) }
    repeat {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw wrong("no key") }
      let key = try string()
      guard take(":") else { throw wrong("no ':'") }
      members.append((key, try value(depth: depth + 1)))
    } while take(",")
    guard take("}") else { throw wrong("no '}'") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws -> OrderedJSON {
    position += 1
    var values: [OrderedJSON] = []
    if take("]") { return .array([]) }
    repeat { values.append(try value(depth: depth + 1)) } while take(",")
    guard take("]") else { throw wrong("no ']'") }
    return .array(values)
  }

  private mutating func word(_ text: String, _ value: OrderedJSON) throws -> OrderedJSON {
    guard bytes[position...].starts(with: text.utf8) else { throw wrong("an unknown word") }
    position += text.utf8.count
    return value
  }

  private mutating func number() throws -> OrderedJSON {
    let start = position
    while position < bytes.count, "+-.eE0123456789".utf8.contains(bytes[position]) { position += 1 }
    guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)), value.isFinite else {
      throw wrong("no value")
    }
    return .number(value)
  }

  private mutating func string() throws -> [UInt8] {
    position += 1
    var result: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard String(validating: result, as: UTF8.self) != nil else { throw wrong("text that is not UTF-8") }
        return result
      case UInt8(ascii: "\\"): try result.append(contentsOf: escape())
      case ..<0x20: throw wrong("a control character in a string")
      default: result.append(byte)
      }
    }
    throw wrong("a string without an end")
  }

  private mutating func escape() throws -> [UInt8] {
    guard position < bytes.count else { throw wrong("a string without an end") }
    let letter = bytes[position]
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
    case UInt8(ascii: "b"): return [0x8]
    case UInt8(ascii: "f"): return [0xC]
    case UInt8(ascii: "n"): return [0xA]
    case UInt8(ascii: "r"): return [0xD]
    case UInt8(ascii: "t"): return [0x9]
    case UInt8(ascii: "u"): break
    default: throw wrong("an unknown escape")
    }
    var units = [try hexadecimal()]
    if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: "\\u".utf8) {
      position += 2
      units.append(try hexadecimal())
    }
    guard let text = String(validating: units, as: UTF16.self) else { throw wrong("half a surrogate pair") }
    return Array(text.utf8)
  }

  private mutating func hexadecimal() throws -> UInt16 {
    guard position + 4 <= bytes.count else { throw wrong("a string without an end") }
    let digits = String(decoding: bytes[position..<(position + 4)], as: UTF8.self)
    guard digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit), let unit = UInt16(digits, radix: 16) else {
      throw wrong("an unknown escape")
    }
    position += 4
    return unit
  }

  private mutating func skipSpace() {
    while position < bytes.count, " \t\r\n".utf8.contains(bytes[position]) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private func wrong(_ finding: String) -> TokenizerError {
    TokenizerError(file, "is no JSON: \(finding) at byte \(position)", fix: "download it again")
  }
}
