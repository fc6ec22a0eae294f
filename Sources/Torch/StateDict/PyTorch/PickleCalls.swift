extension Unpickler {
  /// What a call of a function or class of the list describes.
  mutating func call(_ function: PickleValue, _ arguments: PickleValue) throws -> PickleValue {
    guard case .global(let global) = function, case .container(let container) = arguments else {
      throw file.malformed("the pickle calls what is not a function, before byte \(position)")
    }
    return try call(global, heap[container])
  }

  private mutating func call(_ function: PickleGlobal, _ arguments: [PickleValue]) throws -> PickleValue {
    switch function {
    case .orderedDict: return try dictionary(arguments)
    case .rebuildTensor(let typeIsLast): return .tensor(try tensor(arguments, typeIsLast: typeIsLast))
    case .rebuildParameter:
      guard let value = arguments.first, case .tensor = value else { throw wrongArguments("a parameter") }
      return value
    case .rebuildFromType:
      guard arguments.count >= 3, case .global(.tensorClass) = arguments[1], case .global(let inner) = arguments[0],
        case .container(let innerArguments) = arguments[2]
      else { throw wrongArguments("a tensor with attributes") }
      if case .rebuildFromType = inner { throw wrongArguments("a tensor with attributes") }
      return try call(inner, heap[innerArguments])
    case .size, .sequence:
      guard let value = arguments.first else { return try heap.make(.tuple) }
      guard case .container = value else { throw wrongArguments("a collection") }
      return value
    case .bytes: return try bytes(arguments)
    case .encode: return try encoded(arguments)
    case .numpyType:
      guard case .string(let name)? = arguments.first else { throw wrongArguments("a numpy type") }
      return .numpyType(name)
    case .numpyScalar: return try numpyScalar(arguments)
    case .ignored(let name): return .other(name)
    case .storage, .type, .tensorClass: throw wrongArguments("a type")
    }
  }

  /// Checks the state that is given to a value: attributes do not matter, but a byte order does.
  func checkState(_ state: PickleValue, of value: PickleValue) throws {
    guard case .numpyType(let name) = value, case .container(let container) = state, heap[container].count >= 2,
      case .string(">") = heap[container][1]
    else { return }
    throw file.error(
      .unsupported, "has the numpy type \(name.quoted) in big-endian order", fix: "save it on a little-endian machine")
  }

  private func wrongArguments(_ call: String) -> StateDictError {
    file.malformed("the pickle describes \(call) with the wrong arguments, before byte \(position)")
  }

  /// An `OrderedDict`: empty, or of a list of pairs as Python 2 wrote it.
  private mutating func dictionary(_ arguments: [PickleValue]) throws -> PickleValue {
    guard let pairs = arguments.first else { return try heap.make(.dictionary) }
    guard case .container(let list) = pairs, list.kind != .dictionary else { throw wrongArguments("an OrderedDict") }
    try heap.charge(heap[list].count)
    let elements = try heap[list].flatMap { pair in
      guard case .container(let pair) = pair, heap[pair].count == 2 else { throw wrongArguments("an OrderedDict") }
      return heap[pair]
    }
    return try heap.make(.dictionary, elements)
  }

  private func tensor(_ arguments: [PickleValue], typeIsLast: Bool) throws -> PickledTensor {
    guard arguments.count >= (typeIsLast ? 7 : 4), case .storage(let storage) = arguments[0],
      case .int(let offset) = arguments[1]
    else { throw wrongArguments("a tensor") }
    var type = storage.type
    if typeIsLast {
      guard case .global(.type(let last)) = arguments[6] else { throw wrongArguments("a tensor") }
      type = last
    }
    // Lazily negated or conjugated elements, which only complex numbers lead to.
    if let metadata = arguments.dropFirst(typeIsLast ? 7 : 6).first, case .container(let container) = metadata,
      !heap[container].isEmpty
    {
      throw file.error(
        .unsupported, "a tensor in storage \(storage.key.quoted) is lazily negated or conjugated",
        fix: "save tensor.resolve_neg().resolve_conj() instead")
    }
    return PickledTensor(
      storage: storage, type: type, offset: offset, sizes: try integers(arguments[2]),
      strides: try integers(arguments[3]))
  }

  private func integers(_ value: PickleValue) throws -> [Int] {
    guard case .container(let container) = value, heap[container].count <= StoredShape.maximumRank else {
      throw wrongArguments("a tensor")
    }
    return try heap[container].map { element in
      guard case .int(let integer) = element else { throw wrongArguments("a tensor") }
      return integer
    }
  }

  private func bytes(_ arguments: [PickleValue]) throws -> PickleValue {
    switch arguments.first {
    case nil: return .bytes([])
    case .bytes(let bytes): return .bytes(bytes)
    default: throw wrongArguments("bytes")
    }
  }

  /// Bytes that an old protocol wrote as text of the characters 0 to 255.
  private mutating func encoded(_ arguments: [PickleValue]) throws -> PickleValue {
    guard case .string(let text)? = arguments.first, case .string("latin1")? = arguments.dropFirst().first else {
      throw wrongArguments("bytes")
    }
    try heap.charge(text.utf8.count / MemoryLayout<PickleValue>.stride)
    return .bytes(
      try text.unicodeScalars.map { scalar in
        guard let byte = UInt8(exactly: scalar.value) else { throw wrongArguments("bytes") }
        return byte
      })
  }

  /// One number of numpy's, such as an accuracy that a training script kept.
  private func numpyScalar(_ arguments: [PickleValue]) throws -> PickleValue {
    guard arguments.count == 2, case .numpyType(let type) = arguments[0], case .bytes(let bytes) = arguments[1] else {
      throw wrongArguments("a numpy scalar")
    }
    let bits = bytes.reversed().prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    switch (type, bytes.count) {
    case ("f8", 8): return .float(Double(bitPattern: bits))
    case ("f4", 4): return .float(Double(Float(bitPattern: UInt32(bits))))
    case ("i8", 8): return .int(Int(Int64(bitPattern: bits)))
    case ("i4", 4): return .int(Int(Int32(truncatingIfNeeded: bits)))
    case ("b1", 1): return .bool(bits != 0)
    default: return .other("a numpy scalar of type \(type)")
    }
  }
}
