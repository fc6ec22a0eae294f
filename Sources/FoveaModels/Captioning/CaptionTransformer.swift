// Attention Is All You Need. Ashish Vaswani et al., 2017. https://arxiv.org/abs/1706.03762
// Normalisation before each part, as in On Layer Normalization in the Transformer Architecture (Xiong et al., 2020).

import Torch

/// A convolutional network or a vision transformer for the image, and a Transformer decoder for the words.
public final class CaptionTransformer: CaptionModel {
  let encoder: any ImageEncoder
  let projection: Linear
  let memoryPositions: Parameter
  let embedding: Embedding
  let positions: Embedding
  let dropout: Dropout
  let layers: [CaptionDecoderLayer]
  let norm: LayerNorm

  /// The most tokens of a sentence, the start included.
  public let longest: Int
  private let width: Int

  /// - Parameters:
  ///   - vocabulary: the number of tokens.
  ///   - places: how many the encoder gives, each of which has a learned position.
  ///   - longest: the most tokens of a sentence.
  public init(
    vocabulary: Int, specialTokens: SpecialTokens, encoder kind: CaptionEncoder = .small, width: Int = 128,
    imageSize: Int = 64, layers: Int = 2, heads: Int = 4, longest: Int = 64, dropout: Double = 0.1
  ) {
    precondition(width % heads == 0, "\(heads) heads do not divide a width of \(width)")
    encoder = kind.make(width: width, imageSize: imageSize)
    let stride = kind == .small || kind == .patches ? 8 : 32
    let side = (imageSize + stride - 1) / stride
    projection = Linear(encoder.width, width)
    memoryPositions = Parameter([1, side * side, width], .normal(std: 0.02))
    embedding = Embedding(vocabulary, width)
    positions = Embedding(longest, width)
    self.dropout = Dropout(dropout)
    self.layers = (0..<layers).map { _ in CaptionDecoderLayer(width: width, heads: heads, dropout: dropout) }
    norm = LayerNorm(width)
    self.longest = longest
    self.width = width
    super.init(specialTokens: specialTokens)
    embedding.weight.initialize(.normal(std: 0.02))
    positions.weight.initialize(.normal(std: 0.02))
  }

  public override var encoderParts: [Module] { [encoder] }

  public override func encode(_ images: Tensor) -> Tensor { projection(encoder(images)) + memoryPositions.value }

  public override func start(_ memory: Tensor) -> DecoderState {
    var state = DecoderState(memory: memory)
    state.fixed = layers.flatMap { $0.memoryKeysAndValues(memory) }
    return state
  }

  public override func next(_ tokens: Tensor, _ state: inout DecoderState) -> Tensor {
    run(tokens, &state)[.all, -1]
  }

  public override func logits(_ tokens: Tensor, memory: Tensor) -> Tensor {
    var state = start(memory)
    return run(tokens, &state)
  }

  private func run(_ tokens: Tensor, _ state: inout DecoderState) -> Tensor {
    let count = tokens.shape[1]
    let places = (Tensor.arange(count, device: tokens.device) + state.length).clamp(max: .int(longest - 1))
    var x = dropout(embedding(tokens) * Double(width).squareRoot() + positions(places))
    for (index, layer) in layers.enumerated() { x = layer(x, index, &state) }
    state.length += count
    // The words' vectors are both what is read and what is compared with.
    return norm(x).linear(embedding.weight.value)
  }
}

/// Attention to the words so far, to the image, and two linear layers.
final class CaptionDecoderLayer: Module {
  let norm1: LayerNorm
  let qkv: Linear
  let proj: Linear
  let norm2: LayerNorm
  let query: Linear
  let memoryKeyValue: Linear
  let memoryProj: Linear
  let norm3: LayerNorm
  let fc1: Linear
  let fc2: Linear
  let dropout: Dropout
  private let heads: Int

  init(width: Int, heads: Int, dropout: Double) {
    norm1 = LayerNorm(width)
    qkv = Linear(width, 3 * width)
    proj = Linear(width, width)
    norm2 = LayerNorm(width)
    query = Linear(width, width)
    memoryKeyValue = Linear(width, 2 * width)
    memoryProj = Linear(width, width)
    norm3 = LayerNorm(width)
    fc1 = Linear(width, 4 * width)
    fc2 = Linear(4 * width, width)
    self.dropout = Dropout(dropout)
    self.heads = heads
  }

  func memoryKeysAndValues(_ memory: Tensor) -> [Tensor] {
    memoryKeyValue(memory).chunk(2, dim: -1).map { $0.splitHeads(heads) }
  }

  func callAsFunction(_ x: Tensor, _ index: Int, _ state: inout DecoderState) -> Tensor {
    let parts = qkv(norm1(x)).chunk(3, dim: -1).map { $0.splitHeads(heads) }
    let (keys, values) = state.extend(layer: index, keys: parts[1], values: parts[2])
    var x = x + dropout(proj(parts[0].attendCausally(keys, values)))
    let memory = state.memory(layer: index)
    let looked = query(norm2(x)).splitHeads(heads).attendToMemory(memory.keys, memory.values)
    state.attention = looked.attention
    x = x + dropout(memoryProj(looked.result))
    return x + dropout(fc2(fc1(norm3(x)).gelu()))
  }
}
