import CNotebookWorker

/// What a cell sends to the kernel: a letter and a list of byte strings, each after its length.
enum Record: UInt8 {
  case display = 0x64  // d
  case update = 0x75  // u
  case result = 0x72  // r
  case clear = 0x63  // c
  case input = 0x69  // i

  /// Sends a bundle and waits until it is on its way, so that what is printed next comes after it.
  static func display(_ kind: Record, _ bundle: DisplayBundle, id: String? = nil) {
    var bundle = bundle
    bundle.bound()
    var fields: [[UInt8]] = [Array((id ?? "").utf8)]
    for format in bundle.formats {
      fields.append(Array(format.mime.utf8))
      switch format.content {
      case .text(let text):
        fields.append([0x74])
        fields.append(Array(text.utf8))
      case .bytes(let bytes):
        fields.append([0x62])
        fields.append(bytes)
      }
    }
    _ = ask(kind, fields)
  }

  static func send(_ kind: Record, _ fields: [[UInt8]]) {
    packed(fields).withUnsafeBytes { notebook_send(CChar(kind.rawValue), $0.baseAddress ?? none, $0.count) }
  }

  /// The kernel's answer; nil if there is none.
  static func ask(_ kind: Record, _ fields: [[UInt8]]) -> [UInt8]? {
    var count = 0
    let answer = packed(fields).withUnsafeBytes {
      notebook_ask(CChar(kind.rawValue), $0.baseAddress ?? none, $0.count, &count)
    }
    guard let answer else { return nil }
    defer { release(answer) }
    return Array(UnsafeRawBufferPointer(start: answer, count: count))
  }

  private static func packed(_ fields: [[UInt8]]) -> [UInt8] {
    fields.reduce(into: []) { bytes, field in
      withUnsafeBytes(of: UInt32(field.count).littleEndian) { bytes.append(contentsOf: $0) }
      bytes.append(contentsOf: field)
    }
  }

  private static var none: UnsafeRawPointer { UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped }
}
