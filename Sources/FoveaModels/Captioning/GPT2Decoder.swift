// Language Models are Unsupervised Multitask Learners (GPT-2). Alec Radford et al., 2019; with attention to an encoder, as
// transformers adds it. Names of parameters as in transformers.

import Torch

/// GPT-2 that also looks at an image.
final class GPT2Decoder: Module {
  let wte: Embedding
  let wpe: Embedding
  let h: [GPT2Block]
  let lnF: LayerNorm

  init(_ configuration: TextDecoderConfiguration) {
    wte = Embedding(configuration.vocabulary, configuration.width)
    wpe = Embedding(configuration.positions, configuration.width)
    h = (0..<configuration.depth).map { _ in GPT2Block(configuration) }
    lnF = LayerNorm(configuration.width, eps: configuration.normEps)
    super.init()
    wte.weight.initialize(.normal(std: 0.02))
    wpe.weight.initialize(.normal(std: 0.02))
  }

  /// The logits `[N, T, vocabulary]` of new tokens `[N, T]`.
  func run(_ tokens: Tensor, _ state: inout DecoderState) -> Tensor {
    let count = tokens.shape[1]
    let last = wpe.weight.value.shape[0] - 1
    let places = (Tensor.arange(count, device: tokens.device) + state.length).clamp(max: .int(last))
    var x = wte(tokens) + wpe(places)
    for (index, block) in h.enumerated() { x = block(x, index, &state) }
    state.length += count
    return lnF(x).linear(wte.weight.value)
  }
}

/// Attention to the tokens so far, to the image, and two linear layers.
final class GPT2Block: Module {
  let ln1: LayerNorm
  let attn: GPT2Attention
  let lnCrossAttn: LayerNorm
  let crossAttention: GPT2CrossAttention
  let ln2: LayerNorm
  let mlp: GPT2MLP

  override class var checkpointKeys: [String: String] {
    ["ln1": "ln_1", "ln2": "ln_2", "crossAttention": "crossattention"]
  }

  init(_ configuration: TextDecoderConfiguration) {
    let width = configuration.width
    ln1 = LayerNorm(width, eps: configuration.normEps)
    attn = GPT2Attention(width, heads: configuration.heads)
    lnCrossAttn = LayerNorm(width, eps: configuration.normEps)
    crossAttention = GPT2CrossAttention(width, heads: configuration.heads)
    ln2 = LayerNorm(width, eps: configuration.normEps)
    mlp = GPT2MLP(width, hidden: configuration.hiddenWidth)
  }

  func callAsFunction(_ x: Tensor, _ index: Int, _ state: inout DecoderState) -> Tensor {
    var x = x + attn(ln1(x), index, &state)
    x = x + crossAttention(lnCrossAttn(x), index, &state)
    return x + mlp(ln2(x))
  }
}

/// Attention of tokens to themselves and those before.
final class GPT2Attention: Module {
  let cAttn: TransposedLinear
  let cProj: TransposedLinear
  private let heads: Int

  init(_ width: Int, heads: Int) {
    cAttn = TransposedLinear(width, 3 * width)
    cProj = TransposedLinear(width, width)
    self.heads = heads
  }

  func callAsFunction(_ x: Tensor, _ index: Int, _ state: inout DecoderState) -> Tensor {
    let parts = cAttn(x).chunk(3, dim: -1).map { $0.splitHeads(heads) }
    let (keys, values) = state.extend(layer: index, keys: parts[1], values: parts[2])
    return cProj(parts[0].attendCausally(keys, values))
  }
}

/// Attention of tokens to the image.
final class GPT2CrossAttention: Module {
  let cAttn: TransposedLinear
  let qAttn: TransposedLinear
  let cProj: TransposedLinear
  private let heads: Int

  init(_ width: Int, heads: Int) {
    cAttn = TransposedLinear(width, 2 * width)
    qAttn = TransposedLinear(width, width)
    cProj = TransposedLinear(width, width)
    self.heads = heads
  }

  func memoryKeysAndValues(_ memory: Tensor) -> [Tensor] {
    cAttn(memory).chunk(2, dim: -1).map { $0.splitHeads(heads) }
  }

  func callAsFunction(_ x: Tensor, _ index: Int, _ state: inout DecoderState) -> Tensor {
    let memory = state.memory(layer: index)
    let looked = qAttn(x).splitHeads(heads).attendToMemory(memory.keys, memory.values)
    state.attention = looked.attention
    return cProj(looked.result)
  }
}

/// Two linear layers with the older estimate of GELU between them.
final class GPT2MLP: Layer {
  let cFc: TransposedLinear
  let cProj: TransposedLinear

  init(_ width: Int, hidden: Int) {
    cFc = TransposedLinear(width, hidden)
    cProj = TransposedLinear(hidden, width)
  }

  override func forward(_ x: Tensor) -> Tensor { cProj(cFc(x).gelu(tanh: true)) }
}

/// A linear layer whose weight lies the other way round, `[inputs, outputs]`, as GPT-2's files have it.
final class TransposedLinear: Layer {
  let weight: Parameter
  let bias: Parameter

  init(_ inputs: Int, _ outputs: Int) {
    weight = Parameter([inputs, outputs], .normal(std: 0.02))
    bias = Parameter([outputs], .constant(0))
  }

  override func forward(_ x: Tensor) -> Tensor { x.linear(weight.value.mT, bias: bias.value) }
}
