/// Makes the tensors of a PyTorch file, as views of its storages.
///
/// Tensors that shared a storage when they were saved share it again, as `torch.load` has it.
struct StorageReader {
  /// How many elements a tensor may have that repeats those of its storage (strides of 0, from `expand`). A file of a few
  /// bytes could otherwise ask for all memory as soon as the tensor is copied.
  static let expansionLimit = 1 << 24

  /// The bytes of a storage, as elements of a type.
  private struct Key: Hashable {
    let storage: String
    let dtype: DType
  }

  private let file: MappedFile
  private let locate: (String) throws -> Range<Int>?
  private var storages: [Key: Tensor] = [:]
  /// The bytes of all of them.
  private var byteCount = 0

  /// - Parameter locate: where the bytes of a storage are in the file; `nil` where it has none of that key.
  init(_ file: MappedFile, locate: @escaping (String) throws -> Range<Int>?) {
    self.file = file
    self.locate = locate
  }

  /// The tensor that a pickle describes.
  ///
  /// - Throws: ``StateDictError`` where it does not lie within its storage, or no tensor here can have its type.
  mutating func tensor(_ pickled: PickledTensor, named name: String) throws -> Tensor {
    guard let dtype = pickled.type.dtype else {
      throw file.error(
        .unsupported, "has the type \(pickled.type.name), which no tensor here can have", in: name,
        fix: "convert it to one of \(DType.allCases.map { "\($0)" }.joined(separator: ", "))")
    }
    let shape = try StoredShape(pickled.sizes, dtype.byteCount, of: name, file)
    guard pickled.strides.count == pickled.sizes.count, pickled.offset >= 0, pickled.strides.allSatisfy({ $0 >= 0 })
    else {
      throw file.malformed(
        "has the shape \(pickled.sizes), strides \(pickled.strides), offset \(pickled.offset)", in: name)
    }
    let bytes = try bytes(of: pickled.storage, for: name)
    if shape.elementCount == 0 { return Tensor.empty(pickled.sizes, dtype: dtype) }
    let part = try part(of: pickled.storage, in: bytes, dtype, for: name)
    guard let last = Self.lastElement(of: pickled), last < part.count else {
      throw file.malformed(
        "reaches outside its storage of \(part.count) elements: shape \(pickled.sizes), strides \(pickled.strides), "
          + "offset \(pickled.offset)", in: name)
    }
    guard shape.elementCount <= max(part.count, Self.expansionLimit) else {
      throw file.error(
        .excessive, "repeats a storage of \(part.count) elements to the shape \(pickled.sizes)", in: name,
        fix: "save tensor.contiguous() instead")
    }
    let whole = try whole(pickled.storage.key, bytes, dtype, for: name)
    return whole.asStrided(pickled.sizes, strides: pickled.strides, offset: part.lowerBound + pickled.offset)
  }

  /// The place of a tensor's last element after the start of its storage; `nil` where no integer can hold it.
  private static func lastElement(of tensor: PickledTensor) -> Int? {
    var last = tensor.offset
    for (size, stride) in zip(tensor.sizes, tensor.strides) {
      let (distance, isHuge) = stride.multipliedReportingOverflow(by: size - 1)
      let (sum, isHuger) = last.addingReportingOverflow(distance)
      if isHuge || isHuger { return nil }
      last = sum
    }
    return last
  }

  /// Where the bytes of a storage are in the file.
  private func bytes(of storage: PickledStorage, for name: String) throws -> Range<Int> {
    guard let bytes = try locate(storage.key) else {
      throw file.malformed("lies in the storage \(storage.key.quoted), which is not in the file", in: name)
    }
    return bytes
  }

  /// The elements of its bytes that a storage claims.
  private func part(
    of storage: PickledStorage, in bytes: Range<Int>, _ dtype: DType, for name: String
  ) throws -> Range<Int> {
    let size = storage.type.byteCount
    let (start, isStartHuge) = storage.start.multipliedReportingOverflow(by: size)
    let (count, isCountHuge) = storage.elementCount.multipliedReportingOverflow(by: size)
    guard !isStartHuge, !isCountHuge, start <= bytes.count, count <= bytes.count - start else {
      throw file.malformed(
        "lies in the storage \(storage.key.quoted), \(storage.elementCount) elements of \(storage.type.name) from "
          + "\(storage.start) on, of which the file has \(bytes.count) bytes", in: name)
    }
    guard start.isMultiple(of: dtype.byteCount) else {
      throw file.malformed("begins at byte \(start) of its storage, between two elements of \(dtype)", in: name)
    }
    return start / dtype.byteCount..<(start + count) / dtype.byteCount
  }

  /// All bytes of a storage as a tensor of one dimension; one for all tensors over it.
  private mutating func whole(
    _ storage: String, _ bytes: Range<Int>, _ dtype: DType, for name: String
  ) throws -> Tensor {
    let key = Key(storage: storage, dtype: dtype)
    if let known = storages[key] { return known }
    // Storages at odd places are copied. They could all claim the same bytes, were this not counted.
    byteCount += bytes.count
    guard byteCount <= 2 * file.count else { throw file.malformed("lies in a storage that overlaps others", in: name) }
    let count = bytes.count / dtype.byteCount
    let tensor = try file.tensor(at: bytes.lowerBound, shape: [count], dtype: dtype, named: name)
    storages[key] = tensor
    return tensor
  }
}
