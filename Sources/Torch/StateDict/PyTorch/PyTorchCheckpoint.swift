import Foundation

/// What a file of `torch.save` holds: weights, and the plain values beside them.
///
/// Both formats are read: the zip archive, and that from before PyTorch 1.6. The pickle inside describes data and is never
/// run as code: it may name the few classes that tensors need, and any other name is an error.
///
/// The tensors share the file's memory mapping: nothing is read before it is used, and writing to a tensor changes a
/// private copy of its pages, never the file. They are on the CPU, wherever they were saved from, and ask for no gradients.
public struct PyTorchCheckpoint: Sendable {
  /// The keys under which training scripts keep the weights, in the order in which they are looked for.
  public static let weightsKeys = [
    "state_dict", "model_state_dict", "model", "model_state", "net", "network", "weights", "params", "module",
  ]

  /// The weights.
  ///
  /// Where the saved dictionary has one of ``weightsKeys`` with a dictionary of tensors, they are the tensors of that;
  /// otherwise those of the saved dictionary itself. A dictionary inside adds its key and a dot to its tensors' names.
  public let stateDict: StateDict
  /// The key that led to the weights; `nil` where the saved dictionary is the weights.
  public let weightsKey: String?
  /// The names among the weights that have no tensor, and were left out.
  public let ignoredNames: [String]
  /// The values beside the weights, such as `epoch`, by their keys.
  public let values: [String: CheckpointValue]

  /// Reads a file of `torch.save`.
  ///
  /// - Throws: ``StateDictError``, which names the file, the entry and what mends it.
  public init(contentsOf url: URL) throws {
    let file = try MappedFile(url)
    self = try withExtendedLifetime(file) { try PyTorchCheckpoint(file, try FileFormat(file)) }
  }

  init(_ file: MappedFile, _ format: FileFormat) throws {
    let saved: SavedObject
    switch format {
    case .pyTorchArchive: saved = try SavedObject(archive: file)
    case .pyTorchLegacy: saved = try SavedObject(legacy: file)
    case .safetensors:
      throw file.error(.unrecognized, "is a safetensors file", fix: "read it with StateDict(contentsOf:)")
    }
    guard case .container(let root) = saved.value, root.kind == .dictionary else {
      throw file.error(
        .unsupported, "holds one value that is not a dictionary",
        fix: "save a state dict: torch.save(model.state_dict(), path)")
    }
    let inner = Self.weights(in: root, saved.heap)
    var collector = TensorCollector(file, saved)
    try collector.collect(inner?.weights ?? root)
    (stateDict, ignoredNames, weightsKey) = (collector.stateDict, collector.ignoredNames, inner?.key)

    var converter = CheckpointValues(file, saved.heap)
    var values: [String: CheckpointValue] = [:]
    for (key, value) in saved.heap.pairs(root) {
      if case .tensor = value { continue }
      guard let name = key.name, name != inner?.key else { continue }
      values[name] = try converter.value(value)
    }
    self.values = values
  }

  /// The dictionary of tensors under the first of ``weightsKeys`` that has one.
  private static func weights(
    in root: PickleHeap.Container, _ heap: PickleHeap
  ) -> (key: String, weights: PickleHeap.Container)? {
    var found: [String: PickleHeap.Container] = [:]
    for (key, value) in heap.pairs(root) {
      guard let key = key.name, weightsKeys.contains(key), case .container(let inner) = value, inner.kind == .dictionary
      else { continue }
      let hasTensors = heap.pairs(inner).contains { if case .tensor = $0.value { true } else { false } }
      if hasTensors { found[key] = inner }
    }
    return weightsKeys.lazy.compactMap { key in found[key].map { (key, $0) } }.first
  }
}
