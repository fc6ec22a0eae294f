import Foundation
import FoveaData

/// The names of the files in the folder of a run or of a model.
public enum ModelFolder {
  /// What the model is: a ``SavedConfiguration``.
  public static let configuration = "config.json"
  /// Its weights.
  public static let weights = "model.safetensors"

  /// The bytes of a folder's `config.json`.
  static func configurationData(in folder: URL) throws -> Data {
    guard let data = try? Data(contentsOf: folder.appendingPathComponent(configuration)) else {
      throw RecipeError(folder.path, "has no \(configuration): it is not the folder of a run or of a model")
    }
    return data
  }

  /// The folder of the run that a file of weights belongs to: beside it, under the names that runs give them, lies a
  /// ``configuration`` of ours. Nil for any other file.
  public static func run(of file: URL) -> URL? {
    struct Head: Decodable {
      var task: VisionTask?
      var classNames: [String]?
    }
    let folder = file.deletingLastPathComponent()
    guard file.lastPathComponent == weights, let data = try? configurationData(in: folder),
      let head = try? JSONDecoder().decode(Head.self, from: data), head.task != nil || head.classNames != nil
    else { return nil }
    return folder
  }
}

/// What a saved model needs besides its weights, so that it predicts as it was evaluated: `config.json`.
public protocol SavedConfiguration: Codable, Sendable, Equatable {
  /// - Throws: ``RecipeError`` that names `file`, the field and its value, where that is out of range.
  func check(in file: String) throws
}

extension SavedConfiguration {
  /// Reads `config.json` of a folder.
  ///
  /// - Throws: ``RecipeError`` that names the file and what is wrong.
  public init(folder: URL) throws {
    let file = folder.appendingPathComponent(ModelFolder.configuration)
    let data = try ModelFolder.configurationData(in: folder)
    do {
      self = try JSONDecoder().decode(Self.self, from: data)
    } catch {
      throw RecipeError(file.path, "is damaged, of another task, or of another version: \(error)")
    }
    try check(in: file.path)
  }

  /// Writes `config.json` into a folder.
  public func write(to folder: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(self).write(to: folder.appendingPathComponent(ModelFolder.configuration), options: .atomic)
  }
}

/// Checks the names of a model's classes, as read from `file`.
func checkClassNames(_ names: [String], in file: String) throws {
  guard !names.isEmpty, names.count <= 1_000_000 else { throw RecipeError(file, "has \(names.count) classes") }
}

extension ChannelStatistics {
  /// - Throws: ``RecipeError`` unless there is a mean and a positive deviation for each channel.
  func check(channels: Int, in file: String) throws {
    guard mean.count == channels, standardDeviation.count == channels, standardDeviation.allSatisfy({ $0 > 0 }) else {
      throw RecipeError(file, "input.statistics: needs \(channels) means and as many positive deviations")
    }
  }
}
