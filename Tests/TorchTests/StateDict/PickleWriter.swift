/// Writes a legacy file of `torch.save` by hand, so that it can lie.
struct PickleWriter {
  private var pickle: [UInt8] = []
  /// The storages' keys and bytes, as they follow the pickles.
  var storages: [(key: String, elementCount: Int64, bytes: [UInt8])] = []

  /// The file.
  var file: [UInt8] {
    var file: [UInt8] = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
    file += [0x80, 2] + [UInt8(ascii: "M"), 0xe9, 3, UInt8(ascii: ".")]
    file += [0x80, 2] + Array("}.".utf8)
    file += [0x80, 2] + pickle + Array(".".utf8)
    var keys = PickleWriter()
    keys.raw("](")
    for storage in storages { keys.text(storage.key) }
    keys.raw("e")
    file += [0x80, 2] + keys.pickle + Array(".".utf8)
    for storage in storages {
      withUnsafeBytes(of: storage.elementCount.littleEndian) { file += $0 }
      file += storage.bytes
    }
    return file
  }

  /// Instructions as they are.
  mutating func raw(_ instructions: String) { pickle += Array(instructions.utf8) }
  mutating func raw(_ instructions: [UInt8]) { pickle += instructions }

  mutating func text(_ text: String) {
    raw("X")
    withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { pickle += $0 }
    raw(text)
  }

  /// An integer of eight bytes.
  mutating func int(_ value: Int) {
    raw([0x8a, 8])
    withUnsafeBytes(of: Int64(value).littleEndian) { pickle += $0 }
  }

  mutating func ints(_ values: [Int]) {
    raw("(")
    for value in values { int(value) }
    raw("t")
  }

  /// A tensor over the storage "0".
  mutating func tensor(
    shape: [Int], strides: [Int], offset: Int = 0, elementCount: Int, type: String = "FloatStorage", key: String = "0"
  ) {
    raw("ctorch._utils\n_rebuild_tensor_v2\n((")
    text("storage")
    raw("ctorch\n\(type)\n")
    text(key)
    text("cpu")
    int(elementCount)
    raw("NtQ")
    int(offset)
    ints(shape)
    ints(strides)
    raw([0x89])
    raw("ccollections\nOrderedDict\n)RtR")
  }

  /// A file of one tensor named "w", whose storage has four floats: 0, 1, 2 and 3.
  static func oneTensor(
    shape: [Int], strides: [Int], offset: Int = 0, elementCount: Int = 4, type: String = "FloatStorage",
    storedCount: Int64 = 4, storedBytes: Int = 16
  ) -> [UInt8] {
    var writer = PickleWriter()
    writer.raw("}")
    writer.text("w")
    writer.tensor(shape: shape, strides: strides, offset: offset, elementCount: elementCount, type: type)
    writer.raw("s")
    let bytes = [Float](arrayLiteral: 0, 1, 2, 3).withUnsafeBytes(Array.init)
    writer.storages = [("0", storedCount, Array(bytes.prefix(storedBytes)))]
    return writer.file
  }

  /// A file whose object is what these instructions leave.
  static func object(_ build: (inout PickleWriter) -> Void) -> [UInt8] {
    var writer = PickleWriter()
    build(&writer)
    return writer.file
  }
}
