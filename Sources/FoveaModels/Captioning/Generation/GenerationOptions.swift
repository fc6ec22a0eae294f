import Torch

/// How a sentence is looked for. The names and the meanings are those of `transformers`' `generate`.
public struct GenerationOptions: Sendable, Hashable {
  /// When a beam search stops.
  public enum EarlyStopping: String, Sendable, Hashable, CaseIterable {
    /// When an unfinished sentence of the present length could not be better than those that are finished.
    case no
    /// As soon as there are as many finished sentences as beams.
    case yes
    /// When no unfinished sentence can become better, whatever its length.
    case never
  }

  /// Drawing by chance instead of taking the best.
  public struct Sampling: Sendable, Hashable {
    /// Below 1 likely tokens become more likely, above 1 less.
    public var temperature: Double
    /// Only so many of the likeliest tokens are drawn from; 0 for all.
    public var topK: Int
    /// Only the likeliest tokens that make up this probability are drawn from; 1 for all.
    public var topP: Double
    /// What the draws depend on.
    public var seed: UInt64

    public init(temperature: Double = 1, topK: Int = 0, topP: Double = 1, seed: UInt64 = 0) {
      self.temperature = temperature
      self.topK = topK
      self.topP = topP
      self.seed = seed
    }
  }

  /// The most tokens that are written, the end included.
  public var maxNewTokens = 30
  /// The sentence does not end before so many.
  public var minNewTokens = 0
  /// The sentences that are followed at the same time; 1 is greedy.
  public var beams = 1
  /// Scores of beams are divided by length to this power: above 0 prefers long sentences.
  public var lengthPenalty = 1.0
  public var earlyStopping = EarlyStopping.no
  /// How many sentences are given for each image; no more than beams.
  public var returnCount = 1
  /// Nil takes the likeliest.
  public var sampling: Sampling?
  /// Above 1 makes tokens that are there already less likely (Keskar et al., 2019).
  public var repetitionPenalty = 1.0
  /// No run of so many tokens comes twice; 0 allows it.
  public var noRepeatNGram = 0
  /// Whether keys and values of earlier tokens are kept; without, every step reads the whole sentence again.
  public var usesCache = true

  public init() {}

  /// Greedy search.
  public static let greedy = GenerationOptions()

  /// Beam search.
  public static func beam(_ beams: Int, lengthPenalty: Double = 1, returnCount: Int = 1) -> GenerationOptions {
    var options = GenerationOptions()
    options.beams = beams
    options.lengthPenalty = lengthPenalty
    options.returnCount = returnCount
    return options
  }

  /// - Throws: ``GenerationError`` that names the option, its value and what it may be.
  public func check() throws(GenerationError) {
    func require(_ condition: Bool, _ name: String, _ value: Any, _ wanted: String) throws(GenerationError) {
      if !condition { throw GenerationError(option: name, problem: "is \(value); it must be \(wanted)") }
    }
    try require((1...100_000).contains(maxNewTokens), "maxNewTokens", maxNewTokens, "in 1...100000")
    try require((0...maxNewTokens).contains(minNewTokens), "minNewTokens", minNewTokens, "in 0...maxNewTokens")
    try require((1...1000).contains(beams), "beams", beams, "in 1...1000")
    try require((1...beams).contains(returnCount), "returnCount", returnCount, "in 1...beams")
    try require(lengthPenalty.isFinite, "lengthPenalty", lengthPenalty, "a number")
    try require(repetitionPenalty > 0, "repetitionPenalty", repetitionPenalty, "positive")
    try require(noRepeatNGram >= 0, "noRepeatNGram", noRepeatNGram, "0 or more")
    guard let sampling else { return }
    try require(beams == 1, "beams", beams, "1 where tokens are drawn")
    try require(sampling.temperature > 0, "temperature", sampling.temperature, "positive")
    try require(sampling.topK >= 0, "topK", sampling.topK, "0 or more")
    try require(sampling.topP > 0 && sampling.topP <= 1, "topP", sampling.topP, "in 0...1, and not 0")
  }
}

/// An option of generation that makes no sense.
public struct GenerationError: Error, Sendable, Hashable, CustomStringConvertible {
  public let option: String
  public let problem: String

  public var description: String { "\(option) \(problem)" }
}

/// A sentence that a model wrote, as tokens.
public struct GeneratedCaption: Sendable {
  /// The tokens without the start and without the end.
  public var tokens: [Int]
  /// Whether the end came behind them; else the sentence was cut at the most tokens.
  public var hasEnd: Bool
  /// The sum of the tokens' log-probabilities, the end's included, divided by their number to the power of the length
  /// penalty.
  public var score: Double
  /// Where each token looked: `[tokens, places]`; nil for a decoder that does not tell, and for beam search.
  public var attention: Tensor?
}
