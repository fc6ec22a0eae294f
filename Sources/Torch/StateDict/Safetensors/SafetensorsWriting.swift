import Foundation

extension StateDict {
  /// Writes a safetensors file, atomically: under its name there is the old file or the whole new one, never a part.
  ///
  /// The header keeps the order of the names. The elements lie in the order of their sizes in bytes, largest first, from a
  /// multiple of 8 on, so that every tensor can be read in place. The same tensors give the same bytes. Tensors on another
  /// device are copied one at a time; tensors that share memory are written each for itself.
  ///
  /// - Throws: ``StateDictError`` where the file cannot be written, or a tensor is named `__metadata__`.
  public func write(to url: URL) throws {
    let order = keys.indices.sorted { first, second in
      let sizes = (self[first].value.dtype.byteCount, self[second].value.dtype.byteCount)
      return sizes.0 == sizes.1 ? first < second : sizes.0 > sizes.1
    }
    let header = try safetensorsHeader(writing: order, to: url)
    let file = try AtomicFile(url)
    try withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { try file.write($0) }
    try Array(header.utf8).withUnsafeBytes { try file.write($0) }
    for index in order {
      try self[index].value.withUnsafeBytes { try file.write($0) }
    }
    try file.commit()
  }

  /// The header as JSON, padded with spaces to a multiple of 8 bytes.
  private func safetensorsHeader(writing order: [Int], to url: URL) throws -> String {
    func error(_ problem: String, in entry: String?, fix: String) -> StateDictError {
      StateDictError(kind: .unsupported, file: url.path, entry: entry, problem: problem, fix: fix)
    }
    var entries = [String](repeating: "", count: count)
    var offset = 0
    for index in order {
      let (name, tensor) = self[index]
      guard name != SafetensorsHeader.metadataKey else {
        throw error("is the name of the format's own entry", in: name, fix: "give the tensor another name")
      }
      let dtype = tensor.dtype.safetensorsName
      let end = offset + tensor.count * tensor.dtype.byteCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries[index] = "\(name.json):{\"dtype\":\"\(dtype)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
      offset = end
    }
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\($0.key.json):\($0.value.json)" }
      entries.insert("\(SafetensorsHeader.metadataKey.json):{\(pairs.joined(separator: ","))}", at: 0)
    }
    var header = "{\(entries.joined(separator: ","))}"
    header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    guard header.utf8.count <= SafetensorsHeader.maximumLength else {
      throw error("the names and the metadata take \(header.utf8.count) bytes", in: nil, fix: "keep them under 100 MB")
    }
    return header
  }
}

extension String {
  /// The text as JSON, escaped as the reference implementation does it.
  fileprivate var json: String {
    var result = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{8}": result += "\\b"
      case "\u{c}": result += "\\f"
      case ..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
