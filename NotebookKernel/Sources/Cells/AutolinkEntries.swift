import Foundation

/// The libraries that an object file asks for: the names after `-l` in its section `.swift1_autolink_entries`.
///
/// The linker is not told them; the worker loads those of the toolchain before the cell.
package func autolinkEntries(ofObject data: Data) -> [String] {
  guard let section = elfSection(".swift1_autolink_entries", in: data) else { return [] }
  return section.split(separator: 0).compactMap { bytes in
    let option = String(decoding: bytes, as: UTF8.self)
    return option.hasPrefix("-l") ? String(option.dropFirst(2)) : nil
  }
}

/// The bytes of a section of a 64-bit little-endian ELF file; nil if there is none, or the file is damaged.
private func elfSection(_ name: String, in data: Data) -> Data? {
  func integer<Value: FixedWidthInteger>(_ type: Value.Type, _ offset: Int) -> Int? {
    guard offset >= 0, offset <= data.count - MemoryLayout<Value>.size else { return nil }
    let value = data.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
    return Int(exactly: Value(littleEndian: value))
  }
  guard data.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]), let table = integer(UInt64.self, 40),
    let size = integer(UInt16.self, 58), let count = integer(UInt16.self, 60), let names = integer(UInt16.self, 62),
    table < data.count
  else { return nil }
  guard let strings = integer(UInt64.self, table + names * size + 24), strings < data.count else { return nil }
  for index in 0..<count {
    let header = table + index * size
    guard let start = integer(UInt32.self, header), let offset = integer(UInt64.self, header + 24),
      let length = integer(UInt64.self, header + 32), offset <= data.count, length <= data.count - offset,
      strings <= data.count - start
    else { continue }
    let text = data.dropFirst(strings + start).prefix { $0 != 0 }
    if text.elementsEqual(name.utf8) { return data.dropFirst(offset).prefix(length) }
  }
  return nil
}
