/// A protocol buffer in the making: fields are appended in their wire format.
///
/// TensorBoard's files need five small messages that have not changed in ten years, and nobody reads them here. A hundred
/// lines are a lighter load for a user of the library than a code generator's runtime.
struct ProtobufMessage {
  /// The message so far.
  private(set) var bytes: [UInt8] = []

  private enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  private mutating func append(key field: UInt64, _ type: WireType) { append(varint: field << 3 | type.rawValue) }

  private mutating func append(varint value: UInt64) {
    var value = value
    while value > 0x7F {
      bytes.append(UInt8(value & 0x7F) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(value))
  }

  mutating func append(_ value: Int, as field: UInt64) {
    append(key: field, .varint)
    append(varint: UInt64(bitPattern: Int64(value)))
  }

  mutating func append(_ value: Double, as field: UInt64) {
    append(key: field, .fixed64)
    bytes += littleEndian(value.bitPattern)
  }

  mutating func append(_ value: Float, as field: UInt64) {
    append(key: field, .fixed32)
    bytes += littleEndian(value.bitPattern)
  }

  mutating func append(_ value: some Collection<UInt8>, as field: UInt64) {
    append(key: field, .lengthDelimited)
    append(varint: UInt64(value.count))
    bytes += value
  }

  mutating func append(_ value: String, as field: UInt64) { append(value.utf8, as: field) }

  mutating func append(_ message: ProtobufMessage, as field: UInt64) { append(message.bytes, as: field) }
}

/// The bytes of a number, the lowest first.
func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
