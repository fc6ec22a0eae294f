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
public struct FaceConfiguration: SavedConfiguration {
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

  public func check(in file: String) throws {
    guard task == .faces else { throw RecipeError(file, "task: '\(task.rawValue)' is not faces") }
    guard (1...4096).contains(input.size.height), (1...4096).contains(input.size.width) else {
      throw RecipeError(file, "input.size: \(input.size) is out of range")
    }
    guard (1...65_536).contains(embeddingSize) else {
      throw RecipeError(file, "embeddingSize: \(embeddingSize) is out of range")
    }
    try input.statistics.check(channels: 3, in: file)
  }

  /// The network that the configuration describes, with random weights.
  ///
  /// - Throws: `ArchitectureError` where there is no such network.
  public func makeModel(dropout: Double? = nil) throws(ArchitectureError) -> any FaceEmbedder {
    try FaceArchitecture.named(architecture)
      .make(size: (input.size.height, input.size.width), embeddingSize: embeddingSize, dropout: dropout)
  }
}
