import Foundation
import FoveaData
import FoveaModels

/// What a saved captioner needs besides its weights and its tokenizer: `config.json`.
public struct CaptionerConfiguration: SavedConfiguration {
  /// The networks that are trained from scratch.
  public enum Architecture: String, Codable, Sendable, CaseIterable {
    /// Show, Attend and Tell.
    case attendAndTell = "attend_and_tell"
    /// An encoder and a Transformer decoder.
    case captionTransformer = "caption_transformer"
  }

  /// What the model is for; `fovea` looks at it first.
  public var task = VisionTask.captioning
  public var architecture: Architecture
  public var encoder: CaptionEncoder
  public var width: Int
  public var layers: Int
  public var heads: Int
  public var dropout: Double
  /// The most tokens of a sentence.
  public var longest: Int
  /// The number of tokens.
  public var vocabulary: Int
  public var specialTokens: CaptionModel.SpecialTokens
  /// How an image becomes the input.
  public var input: ClassifierInput
  /// The beams that sentences are looked for with.
  public var beams: Int

  /// The name of the tokenizer's file in the folder of a run.
  public static let tokenizerFileName = "tokenizer.json"

  public func check(in file: String) throws {
    try input.check(in: file)
    guard (1...8192).contains(width), (1...64).contains(layers), heads > 0, width % heads == 0, width % 4 == 0,
      (1...4_000_000).contains(vocabulary), (2...100_000).contains(longest), (1...1000).contains(beams),
      [specialTokens.start, specialTokens.end, specialTokens.padding].allSatisfy((0..<vocabulary).contains)
    else { throw RecipeError(file, "has sizes that no captioner has") }
  }

  init(
    _ recipe: Recipe, architecture: Architecture, vocabulary: Int, specialTokens: CaptionModel.SpecialTokens,
    input: ClassifierInput
  ) {
    self.architecture = architecture
    let captioning = recipe.captioning
    encoder = captioning.encoder
    width = captioning.width
    layers = captioning.layers
    heads = captioning.heads
    dropout = captioning.dropout
    longest = captioning.longest
    self.vocabulary = vocabulary
    self.specialTokens = specialTokens
    self.input = input
    beams = captioning.beams
  }

  /// The network that the configuration describes, with random weights.
  public func makeModel() -> CaptionModel {
    switch architecture {
    case .attendAndTell:
      AttendAndTell(
        vocabulary: vocabulary, specialTokens: specialTokens, encoder: encoder, width: width,
        imageSize: input.size.height, dropout: dropout)
    case .captionTransformer:
      CaptionTransformer(
        vocabulary: vocabulary, specialTokens: specialTokens, encoder: encoder, width: width,
        imageSize: input.size.height, layers: layers, heads: heads, longest: longest, dropout: dropout)
    }
  }

  /// How sentences are looked for.
  public var generation: GenerationOptions {
    var options = GenerationOptions.beam(beams)
    options.maxNewTokens = longest - 1
    return options
  }
}

extension CaptionModel.SpecialTokens {
  /// The tokens of a tokenizer: those of a tokenizer that was learned here, GPT-2's or BERT's.
  ///
  /// - Throws: ``RecipeError`` for a tokenizer that has none of them.
  public init(of tokenizer: any Tokenizer, named name: String) throws {
    func id(_ token: String) -> Int? { tokenizer.vocabulary.id(of: token) }
    if let start = id("<s>"), let end = id("</s>"), let padding = id("<pad>") {
      self.init(start: start, end: end, padding: padding)
    } else if let end = id("<|endoftext|>") {
      self.init(start: end, end: end, padding: end)
    } else if let start = id("[CLS]"), let end = id("[SEP]"), let padding = id("[PAD]") {
      self.init(start: start, end: end, padding: padding)
    } else {
      throw RecipeError(name, "has no tokens for start and end: <s> </s> <pad>, <|endoftext|>, or [CLS] [SEP] [PAD]")
    }
  }
}
