/// A value that a pickle describes. The large cases are boxed, since there may be millions of the small ones.
enum PickleValue {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  case bytes([UInt8])
  /// A container; its elements are in the heap.
  case container(PickleHeap.Container)
  /// A class or function of the fixed list.
  indirect case global(PickleGlobal)
  indirect case storage(PickledStorage)
  indirect case tensor(PickledTensor)
  /// A `numpy.dtype`, by its short name, such as `f8`.
  case numpyType(String)
  /// Something that is of no use here, such as a device: what it is.
  case other(String)
}

/// The containers of a pickle.
///
/// They refer to each other by number, not by reference: a pickle may nest them a million deep, share them, or put one
/// inside itself, and none of that must exhaust the stack or leak when they are freed.
struct PickleHeap {
  enum Kind { case tuple, list, dictionary }

  struct Container {
    let kind: Kind
    let number: Int
  }

  private let file: MappedFile
  private var contents: [[PickleValue]] = []
  /// How many values there are; copies of containers count as well, so that a small file cannot copy without end.
  private(set) var count = 0
  /// How many there may be.
  private let limit: Int

  /// A heap for a pickle of so many bytes.
  ///
  /// Every byte of an honest pickle makes less than four values, and ten million are a checkpoint of a hundred thousand
  /// tensors with its optimizer's.
  init(_ file: MappedFile, pickleLength: Int) {
    self.file = file
    limit = min(10_000_000, pickleLength * 4 + 1000)
  }

  /// The elements of a container; of a dictionary, each key and then its value.
  subscript(container: Container) -> [PickleValue] { contents[container.number] }

  /// The pairs of a dictionary.
  func pairs(_ container: Container) -> some Sequence<(key: PickleValue, value: PickleValue)> {
    let elements = contents[container.number]
    return stride(from: 0, to: elements.count - elements.count % 2, by: 2).lazy
      .map { (key: elements[$0], value: elements[$0 + 1]) }
  }

  /// A new container.
  mutating func make(_ kind: Kind, _ elements: [PickleValue] = []) throws -> PickleValue {
    try charge(elements.count + 1)
    contents.append(elements)
    return .container(Container(kind: kind, number: contents.count - 1))
  }

  /// Appends elements; to a dictionary, keys and values in turn.
  mutating func append(_ elements: [PickleValue], to container: Container) throws {
    try charge(elements.count)
    contents[container.number].append(contentsOf: elements)
  }

  /// Counts values that are about to be made.
  mutating func charge(_ values: Int) throws {
    count += values
    guard count <= limit else {
      throw file.error(
        .excessive, "holds more than \(limit) Python values",
        fix: "save the weights alone, with torch.save(model.state_dict(), path)")
    }
  }
}

/// The elements that one or more tensors of a file lie in.
struct PickledStorage {
  /// The name of its bytes in the file.
  let key: String
  let type: PickledType
  /// Where it begins in those bytes, in elements. Only files older than PyTorch 0.4 have views.
  var start = 0
  let elementCount: Int
}

/// A tensor as a pickle describes it: nothing of it has been checked.
struct PickledTensor {
  let storage: PickledStorage
  let type: PickledType
  /// In elements, as the strides.
  let offset: Int
  let sizes: [Int]
  let strides: [Int]
}

/// The type of elements, by PyTorch's name; there is no `dtype` where ``Tensor`` has none such.
struct PickledType {
  let name: String
  let byteCount: Int
  let dtype: DType?

  init(_ dtype: DType) {
    name = "\(dtype)"
    byteCount = dtype.byteCount
    self.dtype = dtype
  }

  /// A type that tensors here cannot have.
  init(foreign name: String, byteCount: Int) {
    self.name = name
    self.byteCount = byteCount
    dtype = nil
  }
}
