/// A tar archive, written by hand so that it can lie.
struct Tar {
  private(set) var bytes: [UInt8] = []

  /// Adds an entry: `kind` is `0` for a file, `1` hard link, `2` symbolic link, `3` device, `5` folder, `6` pipe.
  mutating func add(_ path: String, _ contents: [UInt8] = [], kind: Character = "0", link: String = "") {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
    }
    func octal(_ value: Int, _ width: Int) -> String {
      let digits = String(value, radix: 8)
      return String(repeating: "0", count: width - 1 - digits.count) + digits
    }
    put(String(path.prefix(100)), at: 0)
    put(octal(0o644, 8), at: 100)
    put(octal(0, 8), at: 108)
    put(octal(0, 8), at: 116)
    put(octal(contents.count, 12), at: 124)
    put(octal(0, 12), at: 136)
    put("        ", at: 148)
    put(String(kind), at: 156)
    put(link, at: 157)
    put("ustar\u{0}00", at: 257)
    put(octal(header.reduce(0) { $0 + Int($1) }, 7), at: 148)
    bytes += header + contents
    bytes += [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
  }

  /// The archive with its end.
  var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }
}

/// Bytes under gzip, stored without compression.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  func little(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
  var packed: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
  var start = 0
  repeat {
    let part = bytes[start..<min(start + 65535, bytes.count)]
    start += part.count
    let length = UInt32(part.count)
    packed.append(start == bytes.count ? 1 : 0)
    packed += little(length).prefix(2) + little(~length).prefix(2) + part
  } while start < bytes.count
  return packed + little(crc32(bytes)) + little(UInt32(truncatingIfNeeded: bytes.count))
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
  var crc = ~UInt32(0)
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
  }
  return ~crc
}
