import Foundation
import Torch

/// Which file of a sharded checkpoint holds which tensor: `model.safetensors.index.json`.
public struct WeightsIndex: Sendable, Hashable {
  /// The files, in the order of their names.
  public let files: [String]
  private let tensorsByFile: [String: Set<String>]

  /// Reads an index.
  ///
  /// - Throws: ``JSONFieldError`` where it names no files, too many, or one that is not in the index's own folder.
  public init(contentsOf url: URL) throws {
    let fields = try JSONFields(contentsOf: url)
    guard let map = try fields.object("weight_map")?.values, !map.isEmpty else {
      throw fields.error("weight_map", "is missing or empty, so the index names no file")
    }
    var tensorsByFile: [String: Set<String>] = [:]
    for (tensor, value) in map {
      guard let name = value.text, RelativePath(name)?.parts == [name] else {
        throw fields.wrong("weight_map", value, "the name of a file beside the index")
      }
      tensorsByFile[name, default: []].insert(tensor)
    }
    self.tensorsByFile = tensorsByFile
    files = tensorsByFile.keys.sorted()
    guard files.count <= 1000 else { throw fields.error("weight_map", "names \(files.count) files; the limit is 1000") }
  }

  /// The names of the tensors that the index places in a file.
  public func tensors(in file: String) -> Set<String> { tensorsByFile[file] ?? [] }
}

/// The files in which the weights of a model's folder lie, and how to read them.
public enum ModelWeights {
  /// The names that weights have in Hugging Face's layout, best first: safetensors before pickles, whole before sharded.
  public static let names = [
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
  ]

  /// The weights of a folder: in one file, or in several named by an index.
  ///
  /// - Throws: `StateDictError` for a file that cannot be read, ``JSONFieldError`` for an index that is wrong or does not
  ///   match its files.
  public static func load(from folder: URL) throws -> StateDict {
    let places = names.map { folder.appendingPathComponent($0) }
    guard let found = places.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
      throw JSONFieldError(
        file: folder.path, field: "", problem: "holds no weights; it should have \(names.joined(separator: ", or "))")
    }
    guard found.pathExtension == "json" else { return try StateDict(contentsOf: found) }
    let index = try WeightsIndex(contentsOf: found)
    var weights = StateDict()
    for file in index.files {
      let shard = try StateDict(contentsOf: folder.appendingPathComponent(file))
      let expected = index.tensors(in: file)
      if let absent = expected.subtracting(shard.keys).min() {
        throw JSONFieldError(
          file: found.path, field: "weight_map",
          problem: "places '\(absent)' in \(file), which does not hold it; fetch both again")
      }
      for (name, tensor) in shard where expected.contains(name) { weights[name] = tensor }
    }
    return weights
  }
}
