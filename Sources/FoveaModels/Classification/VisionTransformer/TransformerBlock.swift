// The block of An Image is Worth 16x16 Words (Dosovitskiy et al., 2020), with the scales of CaiT (Touvron et al., 2021)
// that DINOv2 has. Names of parameters as in timm.

import Torch

/// Attention, then two linear layers, each on normalised tokens and added to what goes in: `[N, T, width]`.
final class TransformerBlock: Layer {
  let norm1: LayerNorm
  let attn: SelfAttention
  let ls1: LayerScale?
  let norm2: LayerNorm
  let mlp: TransformerMLP
  let ls2: LayerScale?
  private let dropPath: DropPath

  init(_ configuration: VisionTransformer.Configuration, dropPath: Double) {
    let width = configuration.width
    norm1 = LayerNorm(width, eps: configuration.normEps)
    attn = SelfAttention(configuration)
    ls1 = configuration.layerScale.map { LayerScale(width, initial: $0) }
    norm2 = LayerNorm(width, eps: configuration.normEps)
    mlp = TransformerMLP(configuration)
    ls2 = configuration.layerScale.map { LayerScale(width, initial: $0) }
    self.dropPath = DropPath(dropPath)
  }

  override func forward(_ x: Tensor) -> Tensor { rest(x, attended: attn(norm1(x))) }

  /// The block's output, and the weights of its attention `[N, heads, T, T]`.
  func withAttention(_ x: Tensor) -> (output: Tensor, attention: Tensor) {
    let (attended, attention) = attn.withWeights(norm1(x))
    return (rest(x, attended: attended), attention)
  }

  private func rest(_ x: Tensor, attended: Tensor) -> Tensor {
    let x = x + dropPath(ls1?(attended) ?? attended)
    let branch = mlp(norm2(x))
    return x + dropPath(ls2?(branch) ?? branch)
  }
}

/// Attention of tokens `[N, T, width]` over themselves; queries, keys and values come from one linear layer.
final class SelfAttention: Layer {
  let qkv: Linear
  let proj: Linear
  private let heads: Int
  private let weightDropout: Double
  private let dropout: Dropout

  init(_ configuration: VisionTransformer.Configuration) {
    let width = configuration.width
    qkv = Linear(width, 3 * width, bias: configuration.hasQKVBias)
    proj = Linear(width, width)
    heads = configuration.heads
    weightDropout = configuration.attentionDropout
    dropout = Dropout(configuration.dropout)
  }

  override func forward(_ x: Tensor) -> Tensor {
    guard let (query, key, value) = split(x) else { return x }
    let mixed = Tensor.scaledDotProductAttention(query, key, value, dropout: isTraining ? weightDropout : 0)
    return joined(mixed)
  }

  /// The output, and the weights `[N, heads, T, T]`, which the quicker way never holds all at once.
  func withWeights(_ x: Tensor) -> (output: Tensor, weights: Tensor) {
    guard let (query, key, value) = split(x) else { return (x, x) }
    let scale = 1 / Double(query.shape[3]).squareRoot()
    let weights = (query * scale).matmul(key.mT).softmax(dim: -1)
    return (joined(weights.dropout(weightDropout, isTraining: isTraining).matmul(value)), weights)
  }

  /// Queries, keys and values, each `[N, heads, T, width / heads]`.
  private func split(_ x: Tensor) -> (Tensor, Tensor, Tensor)? {
    let parts = qkv(x).reshape(x.shape[0], x.shape[1], 3, heads, -1).permute(2, 0, 3, 1, 4).unbind(dim: 0)
    return parts.count == 3 ? (parts[0], parts[1], parts[2]) : nil  // none after a failure that a scope keeps
  }

  private func joined(_ mixed: Tensor) -> Tensor { dropout(proj(mixed.transpose(1, 2).flatten(from: 2))) }
}

/// Two linear layers with an activation between them.
final class TransformerMLP: Layer {
  let fc1: Linear
  let fc2: Linear
  private let activation: ActivationFunction
  private let dropout: Dropout

  init(_ configuration: VisionTransformer.Configuration) {
    fc1 = Linear(configuration.width, configuration.hiddenWidth)
    fc2 = Linear(configuration.hiddenWidth, configuration.width)
    activation =
      switch configuration.activation {
      case .gelu: .gelu()
      case .geluTanh: .gelu(tanh: true)
      case .relu: .relu
      case .silu: .silu
      }
    dropout = Dropout(configuration.dropout)
  }

  override func forward(_ x: Tensor) -> Tensor {
    dropout(fc2(dropout(fc1(x, activation: activation))))
  }
}

/// A scale for each channel, learned.
final class LayerScale: Layer {
  let gamma: Parameter

  init(_ width: Int, initial: Double) { gamma = Parameter([width], .constant(initial)) }

  override func forward(_ x: Tensor) -> Tensor { x * gamma.value }
}
