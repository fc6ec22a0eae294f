/// The files inside a zip archive that are stored as they are, found without reading them.
///
/// `torch.save` never compresses, so a tensor's elements can be used where they lie in the archive. Both the archive's
/// own directory and its 64-bit form (for more than 4 GB or 65,535 files) are read.
/// Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, section 4.3.
struct ZipDirectory {
  private struct Entry {
    let method: Int
    let isEncrypted: Bool
    let size: Int
    let headerPosition: Int
  }

  private let file: MappedFile
  private var entries: [String: Entry] = [:]
  /// The names of the files inside, in order.
  private(set) var names: [String] = []

  /// - Throws: ``StateDictError`` where the directory is missing, as in a truncated archive, or contradicts itself.
  init(_ file: MappedFile) throws {
    self.file = file
    let (range, count) = try Self.locate(in: file)
    var cursor = ByteCursor(file, range)
    while cursor.position < range.upperBound {
      let (name, entry) = try Self.readEntry(&cursor)
      guard entries.updateValue(entry, forKey: name) == nil else {
        throw file.malformed("is in the archive twice", in: name)
      }
      names.append(name)
    }
    guard names.count == count else {
      throw file.malformed("the archive lists \(names.count) files and claims \(count)")
    }
  }

  /// Where the bytes of a file inside are; `nil` where there is no such file.
  ///
  /// - Throws: ``StateDictError`` where they are compressed or encrypted, or would lie outside the archive.
  func bytes(of name: String) throws -> Range<Int>? {
    guard let entry = entries[name] else { return nil }
    guard entry.method == 0, !entry.isEncrypted else {
      let state = entry.isEncrypted ? "encrypted" : "compressed (method \(entry.method))"
      throw file.error(
        .unsupported, "is \(state) in the archive; torch.save only stores", in: name,
        fix: "load it with PyTorch and save it again")
    }
    guard entry.headerPosition <= file.count else { throw file.malformed("lies outside the archive", in: name) }
    var cursor = ByteCursor(file, entry.headerPosition..<file.count)
    guard try cursor.integer(UInt32.self) == 0x0403_4b50 else {
      throw file.malformed("has no header at byte \(entry.headerPosition)", in: name)
    }
    _ = try cursor.skip(22)
    let nameLength = try cursor.size(UInt16.self)
    let extraLength = try cursor.size(UInt16.self)
    _ = try cursor.skip(nameLength + extraLength)
    return try cursor.skip(entry.size)
  }

  /// Where the directory is, and how many files it lists, from the record at the archive's end.
  private static func locate(in file: MappedFile) throws -> (Range<Int>, count: Int) {
    let recordLength = 22
    let longestComment = Int(UInt16.max)
    let earliest = max(0, file.count - recordLength - longestComment)
    for position in stride(from: file.count - recordLength, through: earliest, by: -1) {
      var record = ByteCursor(file, position..<file.count)
      guard try record.integer(UInt32.self) == 0x0605_4b50 else { continue }
      _ = try record.skip(6)
      let count = try record.size(UInt16.self)
      let size = try record.size(UInt32.self)
      let offset = try record.size(UInt32.self)
      guard try record.size(UInt16.self) == file.count - record.position else { continue }
      if let large = try locate64(in: file, before: position) { return large }
      return (try checked(offset, size, before: position, file), count)
    }
    throw file.malformed("the zip archive has no directory at its end")
  }

  /// The same from the 64-bit record, where there is one.
  private static func locate64(in file: MappedFile, before position: Int) throws -> (Range<Int>, count: Int)? {
    guard position >= 20 else { return nil }
    var locator = ByteCursor(file, position - 20..<position)
    guard try locator.integer(UInt32.self) == 0x0706_4b50 else { return nil }
    _ = try locator.skip(4)
    let recordPosition = try locator.size(UInt64.self)
    guard recordPosition <= position else { throw file.malformed("the archive's directory lies outside it") }
    var record = ByteCursor(file, recordPosition..<position)
    guard try record.integer(UInt32.self) == 0x0606_4b50 else {
      throw file.malformed("the archive has no directory at byte \(recordPosition)")
    }
    _ = try record.skip(28)
    let count = try record.size(UInt64.self)
    let size = try record.size(UInt64.self)
    let offset = try record.size(UInt64.self)
    return (try checked(offset, size, before: recordPosition, file), count)
  }

  private static func checked(_ offset: Int, _ size: Int, before end: Int, _ file: MappedFile) throws -> Range<Int> {
    guard offset <= end, size <= end - offset else { throw file.malformed("the archive's directory lies outside it") }
    return offset..<offset + size
  }

  private static func readEntry(_ cursor: inout ByteCursor) throws -> (name: String, Entry) {
    let start = cursor.position
    guard try cursor.integer(UInt32.self) == 0x0201_4b50 else {
      throw cursor.file.malformed("the archive's directory is broken at byte \(start)")
    }
    _ = try cursor.skip(4)
    let flags = try cursor.integer(UInt16.self)
    let method = try cursor.size(UInt16.self)
    _ = try cursor.skip(8)
    var compressed = try cursor.size(UInt32.self)
    var size = try cursor.size(UInt32.self)
    let nameLength = try cursor.size(UInt16.self)
    let extraLength = try cursor.size(UInt16.self)
    let commentLength = try cursor.size(UInt16.self)
    _ = try cursor.skip(8)
    var headerPosition = try cursor.size(UInt32.self)
    let name = try cursor.text(nameLength)
    var extra = ByteCursor(cursor.file, try cursor.skip(extraLength))
    _ = try cursor.skip(commentLength)
    // Numbers that do not fit 32 bits are full of ones, and stand in an extra field, in this order.
    while extra.end - extra.position >= 4 {
      let tag = try extra.integer(UInt16.self)
      var field = ByteCursor(cursor.file, try extra.skip(try extra.size(UInt16.self)))
      guard tag == 1 else { continue }
      if size == UInt32.max { size = try field.size(UInt64.self) }
      if compressed == UInt32.max { compressed = try field.size(UInt64.self) }
      if headerPosition == UInt32.max { headerPosition = try field.size(UInt64.self) }
    }
    guard method != 0 || compressed == size else {
      throw cursor.file.malformed("is stored, yet in \(compressed) bytes for \(size)", in: name)
    }
    return (name, Entry(method: method, isEncrypted: flags & 1 != 0, size: size, headerPosition: headerPosition))
  }
}
