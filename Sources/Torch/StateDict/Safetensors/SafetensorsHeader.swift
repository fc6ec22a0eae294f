/// The start of a safetensors file: where each tensor's elements are, and what they are.
///
/// The format (https://huggingface.co/docs/safetensors): 8 bytes with the header's length, the header as JSON, and then
/// the elements of all tensors, little-endian, one tensor after the other without gaps.
struct SafetensorsHeader {
  /// One tensor of the file.
  struct Entry {
    let name: String
    let dtype: DType
    let shape: [Int]
    /// Where its elements are, from the end of the header.
    let offsets: Range<Int>
  }

  /// The longest header that is read, as in the reference implementation.
  static let maximumLength = 100_000_000
  /// The header's member that is not a tensor.
  static let metadataKey = "__metadata__"
  private static let dtypes = Dictionary(uniqueKeysWithValues: DType.allCases.map { ($0.safetensorsName, $0) })

  /// The tensors, in the order of the header.
  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]
  /// Where the elements begin in the file.
  let dataStart: Int

  /// Reads and checks a header.
  ///
  /// - Throws: ``StateDictError`` for a header that is damaged, too long, or in contradiction to the file's length.
  init(_ file: MappedFile) throws {
    var cursor = ByteCursor(file, 0..<file.count)
    let length = try cursor.size(UInt64.self)
    guard length <= Self.maximumLength else {
      throw file.error(
        .excessive, "the header claims \(length) bytes; the limit is \(Self.maximumLength)",
        fix: "check that it is a safetensors file")
    }
    let range = try cursor.skip(length)
    dataStart = cursor.position
    var json = JSONCursor(file, range)
    var names: Set<String> = []
    try json.object { json, name in
      guard names.insert(name).inserted else { throw file.malformed("is in the header twice", in: name) }
      if name == Self.metadataKey {
        metadata = try Self.readMetadata(&json, file)
      } else {
        entries.append(try Self.readEntry(&json, name, file))
      }
    }
    try json.end()
    try checkCoverage(file)
  }

  private static func readMetadata(_ json: inout JSONCursor, _ file: MappedFile) throws -> [String: String] {
    var metadata: [String: String] = [:]
    try json.object { json, key in
      guard metadata.updateValue(try json.string(), forKey: key) == nil else {
        throw file.malformed("\(key.quoted) is there twice", in: metadataKey)
      }
    }
    return metadata
  }

  private static func readEntry(_ json: inout JSONCursor, _ name: String, _ file: MappedFile) throws -> Entry {
    var dtypeName: String?
    var shape: [Int]?
    var offsets: [Int]?
    try json.object { json, field in
      switch field {
      case "dtype" where dtypeName == nil: dtypeName = try json.string()
      case "shape" where shape == nil: shape = try json.naturalNumbers()
      case "data_offsets" where offsets == nil: offsets = try json.naturalNumbers()
      default: throw file.malformed("has the field \(field.quoted), which is unknown or there twice", in: name)
      }
    }
    guard let dtypeName, let shape, let offsets, offsets.count == 2 else {
      throw file.malformed("needs the fields dtype, shape and data_offsets (two numbers)", in: name)
    }
    guard let dtype = dtypes[dtypeName] else {
      throw file.error(
        .unsupported, "has the type \(dtypeName.quoted), which no tensor here can have", in: name,
        fix: "convert it to one of \(dtypes.keys.sorted().joined(separator: ", "))")
    }
    guard offsets[0] <= offsets[1] else {
      throw file.malformed("has the offsets \(offsets), which run backwards", in: name)
    }
    let bytes = try StoredShape(shape, dtype.byteCount, of: name, file).byteCount
    guard bytes == offsets[1] - offsets[0] else {
      throw file.malformed("is \(dtypeName) \(shape), \(bytes) bytes, but its offsets are \(offsets)", in: name)
    }
    return Entry(name: name, dtype: dtype, shape: shape, offsets: offsets[0]..<offsets[1])
  }

  /// Every byte after the header must belong to just one tensor, or two programs could see two different files in one.
  private func checkCoverage(_ file: MappedFile) throws {
    var covered = 0
    let ordered = entries.sorted {
      ($0.offsets.lowerBound, $0.offsets.upperBound) < ($1.offsets.lowerBound, $1.offsets.upperBound)
    }
    for entry in ordered {
      guard entry.offsets.lowerBound == covered else {
        let fault = entry.offsets.lowerBound < covered ? "overlaps the tensor before it" : "leaves a gap before it"
        throw file.malformed(
          "begins at offset \(entry.offsets.lowerBound) instead of \(covered): it \(fault)", in: entry.name)
      }
      covered = entry.offsets.upperBound
    }
    let present = file.count - dataStart
    guard covered == present else {
      throw file.malformed("the tensors take \(covered) bytes, and the file has \(present) after the header")
    }
  }
}

extension DType {
  /// The type's name in a header.
  var safetensorsName: String {
    switch self {
    case .bool: "BOOL"
    case .uint8: "U8"
    case .int8: "I8"
    case .int16: "I16"
    case .int32: "I32"
    case .int64: "I64"
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .float32: "F32"
    case .float64: "F64"
    }
  }
}
