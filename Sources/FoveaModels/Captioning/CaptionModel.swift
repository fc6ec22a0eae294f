import Torch

/// A network that writes a sentence about an image: an encoder looks at the image once, and a decoder writes token by token.
///
/// Subclasses say how images become memory and how tokens follow each other; ``generate(_:options:)`` is the same for all.
open class CaptionModel: Module {
  /// The numbers of tokens that mean something to generation.
  public struct SpecialTokens: Sendable, Hashable, Codable {
    /// What every sentence begins with.
    public var start: Int
    /// What ends it.
    public var end: Int
    /// What fills up shorter sentences of a batch.
    public var padding: Int

    public init(start: Int, end: Int, padding: Int) {
      self.start = start
      self.end = end
      self.padding = padding
    }
  }

  /// The tokens that mean something.
  public let specialTokens: SpecialTokens

  public init(specialTokens: SpecialTokens) { self.specialTokens = specialTokens }

  /// What the decoder looks at: images `[N, C, H, W]` to `[N, places, width]`.
  open func encode(_ images: Tensor) -> Tensor { fatalError("\(type(of: self)) does not override encode(_:)") }

  /// The logits `[N, T, vocabulary]` of the token that follows each of `[N, T]`, all at once: what training needs.
  open func logits(_ tokens: Tensor, memory: Tensor) -> Tensor {
    fatalError("\(type(of: self)) does not override logits(_:memory:)")
  }

  /// What looks at the image: what a frozen encoder freezes. None where the model does not say.
  open var encoderParts: [Module] { [] }

  /// What is kept between tokens before the first.
  open func start(_ memory: Tensor) -> DecoderState { DecoderState(memory: memory) }

  /// The logits `[N, vocabulary]` of what follows new tokens `[N, T]`, given those before, which the state remembers.
  open func next(_ tokens: Tensor, _ state: inout DecoderState) -> Tensor {
    fatalError("\(type(of: self)) does not override next(_:_:)")
  }

  /// How the places of the memory lie in the image: rows and columns behind so many that are of no place (a class token).
  open func attentionGrid(places: Int) -> (rows: Int, columns: Int, skipped: Int) {
    let side = Int(Double(places).squareRoot())
    return (side, side, places - side * side)
  }
}

/// What a decoder keeps from one token to the next.
public struct DecoderState {
  /// What the encoder saw: `[N, places, width]`.
  public var memory: Tensor
  /// Tensors that belong to the images and do not change: keys and values of the memory. The first dimension is N.
  public var fixed: [Tensor] = []
  /// Tensors that belong to the sentences so far: keys and values of the tokens, an LSTM's state. The first dimension is N.
  public var cache: [Tensor] = []
  /// How many tokens it has seen.
  public var length = 0
  /// Where the last token looked: `[N, places]`, summing to 1; nil for a decoder that does not tell.
  public var attention: Tensor?

  public init(memory: Tensor) { self.memory = memory }

  /// Every row so many times, side by side: for the beams of each image.
  func repeated(_ times: Int) -> DecoderState {
    guard times > 1 else { return self }
    var result = self
    result.memory = memory.repeatInterleave(times, dim: 0)
    result.fixed = fixed.map { $0.repeatInterleave(times, dim: 0) }
    result.cache = cache.map { $0.repeatInterleave(times, dim: 0) }
    result.attention = attention?.repeatInterleave(times, dim: 0)
    return result
  }

  /// The sentences in another order, within each image; the images' own tensors stay.
  func reordered(_ rows: Tensor) -> DecoderState {
    var result = self
    result.cache = cache.map { $0.indexSelect(dim: 0, rows) }
    result.attention = attention?.indexSelect(dim: 0, rows)
    return result
  }
}
