/// What the text's side of a published captioner is built of.
public struct TextDecoderConfiguration: Sendable, Hashable {
  /// The number of tokens.
  public var vocabulary: Int
  /// The longest text.
  public var positions: Int
  public var width: Int
  public var depth: Int
  public var heads: Int
  /// The width between the two linear layers of a block.
  public var hiddenWidth: Int
  public var normEps: Double

  /// - Parameter hiddenWidth: four times the width, unless given.
  public init(
    vocabulary: Int, positions: Int, width: Int = 768, depth: Int = 12, heads: Int = 12, hiddenWidth: Int? = nil,
    normEps: Double
  ) {
    self.vocabulary = vocabulary
    self.positions = positions
    self.width = width
    self.depth = depth
    self.heads = heads
    self.hiddenWidth = hiddenWidth ?? 4 * width
    self.normEps = normEps
  }

  /// GPT-2 small (Radford et al., 2019).
  public static let gpt2 = TextDecoderConfiguration(vocabulary: 50257, positions: 1024, normEps: 1e-5)
  /// BERT base (Devlin et al., 2018) with BLIP's two more tokens.
  public static let blip = TextDecoderConfiguration(vocabulary: 30524, positions: 512, normEps: 1e-12)
}
