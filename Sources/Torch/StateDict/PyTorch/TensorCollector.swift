/// Gathers the tensors of a saved dictionary, and of the dictionaries inside it, under dotted names.
struct TensorCollector {
  /// How many dictionaries may be inside each other.
  static let depthLimit = 64

  private(set) var stateDict = StateDict()
  /// The names that have no tensor.
  private(set) var ignoredNames: [String] = []

  private let file: MappedFile
  private let heap: PickleHeap
  private var storages: StorageReader
  /// How many more names may be made, each counted by its length: a dictionary may be inside many others, those inside
  /// many more, and all of them under long names.
  private var budget: Int

  init(_ file: MappedFile, _ saved: SavedObject) {
    self.file = file
    heap = saved.heap
    storages = saved.storages
    budget = saved.heap.count * 4 + 100_000
  }

  /// Adds the tensors of a dictionary; each name begins with `prefix`.
  ///
  /// - Throws: ``StateDictError`` where a tensor is invalid, two have one name, or the dictionaries are nested too deep.
  mutating func collect(_ dictionary: PickleHeap.Container, prefix: String = "", depth: Int = 0) throws {
    guard depth < Self.depthLimit else { throw tooMuch("nests dictionaries more than \(Self.depthLimit) deep") }
    for (key, value) in heap.pairs(dictionary) {
      let name = prefix + (key.name ?? "?")
      budget -= 1 + name.utf8.count / 16
      guard budget >= 0 else { throw tooMuch("repeats dictionaries until the names fill the memory") }
      switch value {
      case .tensor(let pickled):
        guard key.name != nil else { throw file.malformed("has a key that is neither text nor a number", in: name) }
        guard stateDict[name] == nil else { throw file.malformed("is the name of two tensors", in: name) }
        stateDict[name] = try storages.tensor(pickled, named: name)
      case .container(let inner) where inner.kind == .dictionary:
        try collect(inner, prefix: name + ".", depth: depth + 1)
      default:
        ignoredNames.append(name)
      }
    }
  }

  private func tooMuch(_ problem: String) -> StateDictError {
    file.error(.excessive, problem, fix: "save the weights alone, with torch.save(model.state_dict(), path)")
  }
}
