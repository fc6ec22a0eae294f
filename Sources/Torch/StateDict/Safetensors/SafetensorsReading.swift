extension StateDict {
  /// The tensors of a safetensors file, sharing its mapping.
  init(safetensors file: MappedFile) throws {
    let header = try SafetensorsHeader(file)
    self.init()
    metadata = header.metadata
    for entry in header.entries {
      let start = header.dataStart + entry.offsets.lowerBound
      self[entry.name] = try file.tensor(at: start, shape: entry.shape, dtype: entry.dtype, named: entry.name)
    }
  }
}

extension MappedFile {
  /// A contiguous tensor over a part of the file; a copy where the processor could not read it in place.
  ///
  /// - Precondition: the range is within the file.
  func tensor(at offset: Int, shape: [Int], dtype: DType, named name: String) throws -> Tensor {
    let count = try StoredShape(shape, dtype.byteCount, of: name, self).byteCount
    let bytes = bytes(offset..<offset + count)
    // A truth value other than 0 and 1 is undefined behaviour in every kernel that reads it.
    if dtype == .bool, bytes.contains(where: { $0 > 1 }) {
      throw malformed("has a truth value that is neither 0 nor 1", in: name)
    }
    if count == 0 { return Tensor.empty(shape, dtype: dtype) }
    if offset % dtype.byteCount != 0 { return Tensor(copying: bytes, shape: shape, dtype: dtype) }
    return Tensor(borrowing: start + offset, shape: shape, dtype: dtype, keepingAlive: self)
  }
}
