import Foundation
import Torch

/// All that a run needs to go on as if it had never stopped, in one safetensors file.
///
/// The tensors are those of the module (`weights/...`), the optimizer (`optimizer/...`), the average of the weights
/// (`average/...`) and the random generators (`random/...`); everything else is JSON in the file's metadata. The file
/// appears under its name all at once, so a kill in the middle of writing leaves the one before.
public struct Checkpoint: Sendable {
  /// Where the run stood.
  public var state: TrainingState
  /// The module's parameters and buffers.
  public var weights: StateDict
  /// What the optimizer keeps.
  public var optimizer: StateDict
  /// The average of the weights, with how often it was updated; empty where there is none.
  public var average: StateDict
  /// The states of libtorch's default generators, by device.
  public var random: StateDict

  init(
    state: TrainingState, weights: StateDict, optimizer: StateDict, average: StateDict, random: StateDict
  ) {
    self.state = state
    self.weights = weights
    self.optimizer = optimizer
    self.average = average
    self.random = random
  }

  private static let format = "fovea-checkpoint-1"
  private static let sections: [(name: String, path: WritableKeyPath<Checkpoint, StateDict> & Sendable)] = [
    ("weights", \.weights), ("optimizer", \.optimizer), ("average", \.average), ("random", \.random),
  ]

  /// Writes the file, atomically: written beside, flushed to the disk, renamed.
  ///
  /// - Throws: `StateDictError` where that is not possible.
  public func write(to file: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    var all = StateDict()
    all.metadata = ["format": Self.format, "state": String(decoding: try encoder.encode(state), as: UTF8.self)]
    for (name, path) in Self.sections {
      for (key, tensor) in self[keyPath: path] { all["\(name)/\(key)"] = tensor }
    }
    try all.write(to: file)
  }

  /// Reads a file.
  ///
  /// - Throws: `StateDictError` for a file that is damaged or cut short, ``CheckpointError`` for one that is no checkpoint.
  public init(contentsOf file: URL) throws {
    let all = try StateDict(contentsOf: file)
    guard all.metadata["format"] == Self.format, let json = all.metadata["state"] else {
      throw CheckpointError(
        file: file.path, problem: "is not a checkpoint of a run; weights alone are loaded into a model instead")
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      state = try decoder.decode(TrainingState.self, from: Data(json.utf8))
    } catch {
      throw CheckpointError(file: file.path, problem: "its state is damaged or of another version: \(error)")
    }
    (weights, optimizer, average, random) = (StateDict(), StateDict(), StateDict(), StateDict())
    for (key, tensor) in all {
      let section = Self.sections.first { key.hasPrefix($0.name + "/") }
      guard let section else {
        throw CheckpointError(
          file: file.path, problem: "holds a tensor '\(key)' that belongs to no part of a checkpoint")
      }
      self[keyPath: section.path][String(key.dropFirst(section.name.count + 1))] = tensor
    }
  }
}

/// A file that is not the checkpoint it should be.
public struct CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The path of the file.
  public let file: String
  /// What is wrong with it.
  public let problem: String

  public var description: String { "\(file): \(problem)" }
}
