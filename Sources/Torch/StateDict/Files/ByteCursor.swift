/// Reads little-endian numbers and runs of bytes from a part of a file, one after the other and never beyond its end.
struct ByteCursor {
  let file: MappedFile
  /// Where the next byte is, from the start of the file.
  private(set) var position: Int
  /// Where the part ends.
  let end: Int

  /// - Precondition: the range is within the file.
  init(_ file: MappedFile, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= file.count)
    self.file = file
    position = range.lowerBound
    end = range.upperBound
  }

  /// Moves past `count` bytes, and says where they are.
  mutating func skip(_ count: Int) throws -> Range<Int> {
    guard count >= 0, count <= end - position else {
      throw file.malformed(
        "ends too early: \(count) bytes are wanted at byte \(position), and \(end - position) are left")
    }
    defer { position += count }
    return position..<position + count
  }

  /// The next number.
  mutating func integer<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws -> Number {
    let range = try skip(MemoryLayout<Number>.size)
    return Number(littleEndian: file.bytes(range).loadUnaligned(as: Number.self))
  }

  /// The next number, where it is one that can count or place something in memory.
  mutating func size<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Int {
    let value = try integer(type)
    guard let size = Int(exactly: value), size >= 0 else {
      throw file.malformed("has the size \(value) before byte \(position)")
    }
    return size
  }

  /// The next `count` bytes as UTF-8.
  mutating func text(_ count: Int) throws -> String {
    let range = try skip(count)
    guard let text = String(validating: file.bytes(range), as: UTF8.self) else {
      throw file.malformed("has text at byte \(range.lowerBound) that is not UTF-8")
    }
    return text
  }

  /// The text up to the next line feed, which is skipped.
  mutating func line() throws -> String {
    guard let length = file.bytes(position..<end).firstIndex(of: UInt8(ascii: "\n")) else {
      throw file.malformed("has a line at byte \(position) that does not end")
    }
    let text = try text(length)
    _ = try skip(1)
    return text
  }
}
