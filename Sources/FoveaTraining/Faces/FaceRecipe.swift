import FoveaModels
import Torch

/// What only face recognition needs to know: the loss, and whose photographs meet in a batch.
public struct FaceRecipe: Codable, Sendable, Equatable {
  /// What is learned from.
  public enum Loss: String, Codable, Sendable, CaseIterable {
    /// Anchor, positive and negative; see ``FaceRecipe/mining``.
    case triplet
    /// Pairs of the same person drawn together, pairs of two pushed apart (Hadsell et al., 2006).
    case pairs
    /// A query, its positive and negatives in a softmax, in sets of their own.
    case contrastive
    /// Every photograph against all of its batch (Khosla et al., 2020).
    case supervisedContrastive = "supervised_contrastive"
    /// A classification of the training people with a margin between angles (Deng et al., 2019).
    case arcFace = "arcface"
    /// The same with a margin between cosines (Wang et al., 2018).
    case cosFace = "cosface"
  }

  /// Where triplets come from.
  public enum Mining: String, Codable, Sendable, CaseIterable {
    /// They are drawn: every person once an epoch.
    case drawn
    case batchAll = "batch_all"
    case batchHard = "batch_hard"
    case semiHard = "semi_hard"
  }

  public var loss = Loss.triplet
  /// Where triplets come from, for `triplet`.
  public var mining = Mining.batchHard
  /// How distances are measured, for `triplet` and `pairs`.
  public var distance = EmbeddingDistance.euclidean
  /// The margin; nil takes the loss's usual one: 0.2 for triplets, 1 for pairs, 0.5 for ArcFace, 0.35 for CosFace.
  public var margin: Double?
  /// What scores are divided by, for `contrastive` and `supervised_contrastive`.
  public var temperature = 0.1
  /// Negatives of each query, for `contrastive`.
  public var negatives = 30
  /// Whether a query of `contrastive` is set against the candidates of its whole batch, not only against its own.
  public var wholeBatch = true
  /// Whether every photograph is a query of `contrastive` once an epoch, and not one of each person.
  public var everyPhotograph = false
  /// What cosines are multiplied by, for `arcface` and `cosface`.
  public var scale = 64.0
  /// Photographs of each person in a batch, where the batch is made of people: all losses but drawn triplets and
  /// `contrastive`. `training.batch_size` then counts photographs; else it counts triplets, or sets.
  public var photographs = 4
  /// Elements of an embedding; nil takes the architecture's usual number.
  public var embeddingSize: Int?
  /// The share of the last features that is left out in training, where the network has such a layer.
  public var dropout: Double?

  public init() {}

  enum CodingKeys: String, CodingKey, CaseIterable {
    case loss, mining, distance, margin, temperature, negatives
    case wholeBatch = "whole_batch"
    case everyPhotograph = "every_photograph"
    case scale, photographs
    case embeddingSize = "embedding_size"
    case dropout
  }

  /// What keys may be that take one of a few words.
  static let choices: [String: [String]] = [
    "faces.loss": Loss.allCases.map(\.rawValue), "faces.mining": Mining.allCases.map(\.rawValue),
    "faces.distance": EmbeddingDistance.allCases.map(\.rawValue),
  ]

  /// Refuses values that make no sense.
  ///
  /// - Throws: ``RecipeError`` that names the key, the value and what it may be.
  func check(name: String) throws(RecipeError) {
    let key = KeyCheck(name, section: "faces")
    try key.number("margin", margin, in: 0...1000)
    try key.positive("temperature", temperature)
    try key.whole("negatives", negatives, in: 1...10_000)
    try key.positive("scale", scale)
    try key.whole("photographs", photographs, in: 2...1000)
    try key.whole("embedding_size", embeddingSize, in: 1...65_536)
    try key.fraction("dropout", dropout)
  }
}
