/// Runs a pickle: Python's little stack machine, restricted to describing data.
///
/// Nothing in a pickle can make this do more than push, collect and name values. Its length bounds the work, since no
/// instruction loops, and ``PickleHeap`` bounds the memory.
struct Unpickler {
  private var cursor: ByteCursor
  var heap: PickleHeap
  private var stack: [PickleValue] = []
  /// How high the stack was at each open mark.
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  /// The storages that were named, by key: the first of each.
  private(set) var storages: [String: PickledStorage] = [:]

  var file: MappedFile { cursor.file }
  /// Where the first byte after the pickle is.
  var position: Int { cursor.position }

  /// A machine for the pickle that begins where the cursor is.
  init(_ cursor: ByteCursor) {
    self.cursor = cursor
    heap = PickleHeap(cursor.file, pickleLength: cursor.end - cursor.position)
  }

  /// The value that the pickle describes.
  ///
  /// - Throws: ``StateDictError`` for damage, code that is not on the list, or too many values.
  mutating func run() throws -> PickleValue {
    while true {
      let position = cursor.position
      let byte = try cursor.integer(UInt8.self)
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw file.malformed("the pickle has the unknown instruction \(byte) at byte \(position)")
      }
      if opcode == .stop { return try pop() }
      try heap.charge(1)
      try execute(opcode)
    }
  }

  private mutating func execute(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .protocolVersion: try checkProtocol()
    case .frame: _ = try cursor.integer(UInt64.self)
    case .stop: break  // `run` is done then
    case .mark: marks.append(stack.count)
    case .pop: _ = try pop()
    case .popMark: _ = try popToMark()
    case .duplicate: push(try top())

    case .get8: try recall(cursor.size(UInt8.self))
    case .get32: try recall(cursor.size(UInt32.self))
    case .put8: memo[try cursor.size(UInt8.self)] = try top()
    case .put32: memo[try cursor.size(UInt32.self)] = try top()
    case .memoize: memo[memo.count] = try top()

    case .global: try pushGlobal(module: cursor.line(), name: cursor.line())
    case .stackGlobal:
      let name = try popString()
      try pushGlobal(module: try popString(), name: name)
    case .persistentID: push(.storage(try storage(try pop())))
    case .reduce, .newObject:
      let arguments = try pop()
      push(try call(try pop(), arguments))
    case .build:
      let state = try pop()
      try checkState(state, of: try top())

    case .append: try append([try pop()], to: .list)
    case .appends, .addItems: try append(try popToMark(), to: .list)
    case .setItem:
      let value = try pop()
      try append([try pop(), value], to: .dictionary)
    case .setItems: try append(try popToMark(), to: .dictionary)
    case .emptyTuple, .tuple1, .tuple2, .tuple3, .tuple, .emptyList, .list, .emptyDictionary, .dictionary, .emptySet,
      .frozenSet:
      try pushContainer(opcode)
    default: push(try scalar(opcode))
    }
  }

  private mutating func checkProtocol() throws {
    let version = try cursor.integer(UInt8.self)
    guard version <= 5 else { throw file.malformed("the pickle has the protocol version \(version)") }
  }

  private mutating func pushContainer(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .emptyTuple: push(try heap.make(.tuple))
    case .tuple1: push(try heap.make(.tuple, [try pop()]))
    case .tuple2:
      let second = try pop()
      push(try heap.make(.tuple, [try pop(), second]))
    case .tuple3:
      let (third, second) = (try pop(), try pop())
      push(try heap.make(.tuple, [try pop(), second, third]))
    case .tuple: push(try heap.make(.tuple, try popToMark()))
    case .emptyDictionary: push(try heap.make(.dictionary))
    case .dictionary: push(try heap.make(.dictionary, try popToMark()))
    case .emptyList, .emptySet: push(try heap.make(.list))
    default: push(try heap.make(.list, try popToMark()))
    }
  }

  /// The next value that stands in the pickle itself: a number, text or bytes.
  private mutating func scalar(_ opcode: PickleOpcode) throws -> PickleValue {
    switch opcode {
    case .newTrue: return .bool(true)
    case .newFalse: return .bool(false)
    case .int32: return .int(Int(try cursor.integer(Int32.self)))
    case .uint8: return .int(Int(try cursor.integer(UInt8.self)))
    case .uint16: return .int(Int(try cursor.integer(UInt16.self)))
    case .long8: return try long(cursor.size(UInt8.self))
    case .long32: return try long(cursor.size(Int32.self))
    case .float: return .float(Double(bitPattern: try cursor.integer(UInt64.self).byteSwapped))  // big-endian
    case .string8: return try oldText(cursor.size(UInt8.self))
    case .string32: return try oldText(cursor.size(Int32.self))
    case .unicode8: return .string(try cursor.text(try cursor.size(UInt8.self)))
    case .unicode32: return .string(try cursor.text(try cursor.size(UInt32.self)))
    case .unicode64: return .string(try cursor.text(try cursor.size(UInt64.self)))
    case .bytes8: return try bytes(cursor.size(UInt8.self))
    case .bytes32: return try bytes(cursor.size(UInt32.self))
    case .bytes64, .byteArray64: return try bytes(cursor.size(UInt64.self))
    default: return .none
    }
  }

  /// An integer of `count` bytes, two's complement. PyTorch's seeds may not fit 64 bits.
  private mutating func long(_ count: Int) throws -> PickleValue {
    let bytes = file.bytes(try cursor.skip(count))
    guard count <= 8 else { return .other("an integer of \(count) bytes") }
    let isNegative = (bytes.last ?? 0) >= 0x80
    return .int(bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) })
  }

  private mutating func bytes(_ count: Int) throws -> PickleValue { .bytes(Array(file.bytes(try cursor.skip(count)))) }

  /// A `str` of Python 2, which had no encoding.
  private mutating func oldText(_ count: Int) throws -> PickleValue {
    let bytes = file.bytes(try cursor.skip(count))
    return .string(
      String(validating: bytes, as: UTF8.self) ?? String(String.UnicodeScalarView(bytes.map(UnicodeScalar.init))))
  }

  private mutating func pushGlobal(module: String, name: String) throws {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw file.error(
        .forbidden, "is Python code that weights have no need of; it was not run", in: "\(module).\(name)",
        fix: "if you trust the file, load it with PyTorch and keep the weights: torch.save(model.state_dict(), path)")
    }
    push(.global(global))
  }

  /// The storage that a persistent id names: `("storage", type, key, location, size)`, and a view of it in old files.
  private mutating func storage(_ id: PickleValue) throws -> PickledStorage {
    guard case .container(let container) = id, case let parts = heap[container], parts.count >= 5,
      case .string("storage") = parts[0], case .global(.storage(let type)) = parts[1], case .string(let key) = parts[2],
      case .int(let count) = parts[4], count >= 0
    else { throw file.malformed("the pickle names a storage in a way that PyTorch does not") }
    let storage = PickledStorage(key: key, type: type, elementCount: count)
    if storages[key] == nil { storages[key] = storage }
    guard parts.count > 5, case .container(let view) = parts[5] else { return storage }
    let numbers = heap[view]
    guard numbers.count == 3, case .int(let start) = numbers[1], case .int(let count) = numbers[2], start >= 0,
      count >= 0
    else { throw file.malformed("the pickle has a view that is not one", in: key) }
    return PickledStorage(key: key, type: type, start: start, elementCount: count)
  }

  private mutating func append(_ values: [PickleValue], to kind: PickleHeap.Kind) throws {
    guard case .container(let container) = try top(), container.kind == kind,
      kind == .list || values.count.isMultiple(of: 2)
    else { throw file.malformed("the pickle adds elements to what is no \(kind), before byte \(position)") }
    try heap.append(values, to: container)
  }

  private mutating func recall(_ number: Int) throws {
    guard let value = memo[number] else {
      throw file.malformed("the pickle recalls number \(number), which is not there")
    }
    push(value)
  }

  // The stack never shrinks below the innermost mark, except by closing it.

  private mutating func push(_ value: PickleValue) { stack.append(value) }

  private func top() throws -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else {
      throw file.malformed("the pickle takes a value from an empty stack, before byte \(position)")
    }
    return value
  }

  private mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func popString() throws -> String {
    guard case .string(let string) = try pop() else {
      throw file.malformed("the pickle has a name that is not text, before byte \(position)")
    }
    return string
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else {
      throw file.malformed("the pickle closes a mark that is not open, before byte \(position)")
    }
    let values = Array(stack[mark...])
    stack.removeLast(values.count)
    return values
  }
}
