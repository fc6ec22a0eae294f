import Torch

/// Turns one of a sample's sentences into tokens, between a start and an end token: what a captioning model learns from.
///
/// In training each epoch draws one of the sentences; in evaluation it is always the first.
public struct CaptionTokens: Transform {
  public let tokenizer: any Tokenizer
  /// What stands before and behind each sentence.
  public let start: Int
  public let end: Int
  /// The most tokens, the start and the end counted; what is more is cut off.
  public let longest: Int
  /// Whether a sentence is drawn; else it is the first.
  public let draws: Bool

  public init(_ tokenizer: any Tokenizer, start: Int, end: Int, longest: Int = 64, draws: Bool) {
    precondition(longest >= 2, "a sentence of \(longest) tokens has no room for its start and its end")
    self.tokenizer = tokenizer
    self.start = start
    self.end = end
    self.longest = longest
    self.draws = draws
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample {
    guard let captions = sample.captions, !captions.isEmpty else {
      throw TransformError(transform: description, sample: sample.name, problem: "has no caption")
    }
    let caption = draws ? captions[random.integer(in: 0..<captions.count)] : captions[0]
    let ids = tokenizer.encode(caption, addingSpecialTokens: false).prefix(longest - 2)
    var result = sample
    result.tokens = Tensor([start] + ids + [end])
    return result
  }

  public var description: String { "CaptionTokens(longest: \(longest), draws: \(draws))" }
}
