import Foundation
import FoveaData
import FoveaModels
import Torch

/// How a photograph of a face becomes an embedder's input: the whole of it in the input's size, normalised.
public struct FaceInput: Codable, Sendable, Equatable {
  public var size: ImageSize
  public var statistics: ChannelStatistics

  public init(size: ImageSize, statistics: ChannelStatistics) {
    self.size = size
    self.statistics = statistics
  }

  /// The transforms of evaluation and use.
  public var transform: Transforms { [Resize(.fixed(size)), Normalize(statistics)] }
}

/// What a saved face embedder needs besides its weights: `config.json`.
public struct FaceConfiguration: Codable, Sendable, Equatable {
  /// Always `faces`.
  public var task: VisionTask = .faces
  /// The architecture's name; see `FaceArchitecture`.
  public var architecture: String
  public var embeddingSize: Int
  public var input: FaceInput
  /// Up to which cosine distance two photographs count as of the same person; nil as long as nothing was measured.
  public var threshold: Double?
  /// The share of pairs of two people that the threshold accepted where it was measured.
  public var falseAcceptRate: Double?

  public init(architecture: String, embeddingSize: Int, input: FaceInput) {
    self.architecture = architecture
    self.embeddingSize = embeddingSize
    self.input = input
  }

  public static let fileName = ClassifierConfiguration.fileName
  public static let weightsFileName = ClassifierConfiguration.weightsFileName

  /// Reads `config.json` of a folder.
  ///
  /// - Throws: ``RecipeError`` that names the file and what is wrong.
  public init(folder: URL) throws {
    let file = folder.appendingPathComponent(Self.fileName)
    guard let data = try? Data(contentsOf: file) else {
      throw RecipeError(folder.path, "has no \(Self.fileName): it is not the folder of a run or of a model")
    }
    do {
      self = try JSONDecoder().decode(Self.self, from: data)
    } catch {
      throw RecipeError(file.path, "is damaged, or no face embedder's: \(error)")
    }
    guard task == .faces else { throw RecipeError(file.path, "task: '\(task.rawValue)' is not faces") }
    guard (1...4096).contains(input.size.height), (1...4096).contains(input.size.width) else {
      throw RecipeError(file.path, "input.size: \(input.size) is out of range")
    }
    guard (1...65_536).contains(embeddingSize) else {
      throw RecipeError(file.path, "embeddingSize: \(embeddingSize) is out of range")
    }
    guard input.statistics.mean.count == 3, input.statistics.standardDeviation.count == 3,
      input.statistics.standardDeviation.allSatisfy({ $0 > 0 })
    else { throw RecipeError(file.path, "input.statistics: needs 3 means and 3 positive deviations") }
  }

  /// Writes `config.json` into a folder.
  public func write(to folder: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(self).write(to: folder.appendingPathComponent(Self.fileName), options: .atomic)
  }

  /// The network that the configuration describes, with random weights.
  ///
  /// - Throws: `ArchitectureError` where there is no such network.
  public func makeModel(dropout: Double? = nil) throws(ArchitectureError) -> any FaceEmbedder {
    try FaceArchitecture.named(architecture)
      .make(size: (input.size.height, input.size.width), embeddingSize: embeddingSize, dropout: dropout)
  }
}
