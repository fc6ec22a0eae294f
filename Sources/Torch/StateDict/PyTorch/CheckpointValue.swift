/// What a PyTorch checkpoint holds beside tensors: an epoch, a learning rate, class names.
public enum CheckpointValue: Sendable, Equatable {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  case bytes([UInt8])
  /// A list, tuple or set.
  case list([CheckpointValue])
  /// A dictionary, by the text of its keys.
  case dictionary([String: CheckpointValue])
  /// What has no meaning here, such as a tensor (see ``PyTorchCheckpoint/stateDict``) or a device: what it is.
  case other(String)
}

/// Turns the values of a pickle into values of Swift.
///
/// Each container is turned once, however often the pickle refers to it, and no container may be nested deeper than
/// ``limit``: Swift frees nested values by recursion.
struct CheckpointValues {
  static let limit = 64

  private let file: MappedFile
  private let heap: PickleHeap
  private var finished: [Int: (value: CheckpointValue, height: Int)] = [:]
  private var unfinished: Set<Int> = []

  init(_ file: MappedFile, _ heap: PickleHeap) {
    self.file = file
    self.heap = heap
  }

  mutating func value(_ pickled: PickleValue) throws -> CheckpointValue { try convert(pickled).value }

  private mutating func convert(_ pickled: PickleValue) throws -> (value: CheckpointValue, height: Int) {
    switch pickled {
    case .none: return (.none, 0)
    case .bool(let value): return (.bool(value), 0)
    case .int(let value): return (.int(value), 0)
    case .float(let value): return (.float(value), 0)
    case .string(let value): return (.string(value), 0)
    case .bytes(let value): return (.bytes(value), 0)
    case .global, .numpyType: return (.other("a type or function"), 0)
    case .storage: return (.other("a storage"), 0)
    case .tensor: return (.other("a tensor"), 0)
    case .other(let name): return (.other(name), 0)
    case .container(let container):
      if let known = finished[container.number] { return known }
      guard unfinished.count < Self.limit, unfinished.insert(container.number).inserted else { throw tooDeep }
      let result = try convert(container)
      guard result.height <= Self.limit else { throw tooDeep }
      unfinished.remove(container.number)
      finished[container.number] = result
      return result
    }
  }

  private mutating func convert(_ container: PickleHeap.Container) throws -> (value: CheckpointValue, height: Int) {
    var height = 0
    guard container.kind == .dictionary else {
      let elements = try heap[container].map { element in
        let (value, elementHeight) = try convert(element)
        height = max(height, elementHeight)
        return value
      }
      return (.list(elements), height + 1)
    }
    var members: [String: CheckpointValue] = [:]
    for (key, element) in heap.pairs(container) {
      guard let name = key.name else { continue }
      let (value, elementHeight) = try convert(element)
      height = max(height, elementHeight)
      members[name] = value
    }
    return (.dictionary(members), height + 1)
  }

  private var tooDeep: StateDictError {
    file.error(
      .excessive, "nests values more than \(Self.limit) deep, or inside themselves",
      fix: "save the weights alone, with torch.save(model.state_dict(), path)")
  }
}

extension PickleValue {
  /// The text of a dictionary's key; `nil` where it is neither text nor a number.
  var name: String? {
    switch self {
    case .string(let name): name
    case .int(let number): String(number)
    default: nil
    }
  }
}
