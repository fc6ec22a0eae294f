import Torch

/// Attention whose queries and keys are told where they stand, and whose values are not.
final class PositionedAttention: Module {
  let kProj: Linear
  let vProj: Linear
  let qProj: Linear
  let outProj: Linear
  private let heads: Int
  private let dropout: Double

  init(_ width: Int, heads: Int, dropout: Double) {
    precondition(heads > 0 && width % heads == 0, "\(heads) heads must divide the width \(width)")
    kProj = Linear(width, width)
    vProj = Linear(width, width)
    qProj = Linear(width, width)
    outProj = Linear(width, width)
    self.heads = heads
    self.dropout = dropout
  }

  /// - Parameter mask: boolean, broadcast to `[N, heads, T, S]`; false leaves a key out.
  func callAsFunction(query: Tensor, key: Tensor, value: Tensor, mask: Tensor? = nil) -> Tensor {
    func split(_ x: Tensor) -> Tensor { x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2) }
    let mixed = Tensor.scaledDotProductAttention(
      split(qProj(query)), split(kProj(key)), split(vProj(value)), mask: mask, dropout: isTraining ? dropout : 0)
    return outProj(mixed.transpose(1, 2).flatten(from: 2))
  }
}

/// Looks at the whole image from each place of it.
final class DETREncoderLayer: Module {
  let selfAttn: PositionedAttention
  let selfAttnLayerNorm: LayerNorm
  let fc1: Linear
  let fc2: Linear
  let finalLayerNorm: LayerNorm
  private let drop: Dropout

  init(_ size: DETR.Size) {
    selfAttn = PositionedAttention(size.width, heads: size.heads, dropout: 0)
    selfAttnLayerNorm = LayerNorm(size.width)
    fc1 = Linear(size.width, size.hidden)
    fc2 = Linear(size.hidden, size.width)
    finalLayerNorm = LayerNorm(size.width)
    drop = Dropout(size.dropout)
  }

  func callAsFunction(_ x: Tensor, positions: Tensor, mask: Tensor?) -> Tensor {
    let placed = x + positions
    let seen = selfAttnLayerNorm(x + drop(selfAttn(query: placed, key: placed, value: x, mask: mask)))
    return finalLayerNorm(seen + drop(fc2(fc1(seen).relu())))
  }
}

/// Queries agree with each other on who takes which object, then look at the image.
final class DETRDecoderLayer: Module {
  let selfAttn: PositionedAttention
  let selfAttnLayerNorm: LayerNorm
  let encoderAttn: PositionedAttention
  let encoderAttnLayerNorm: LayerNorm
  let fc1: Linear
  let fc2: Linear
  let finalLayerNorm: LayerNorm
  private let drop: Dropout

  init(_ size: DETR.Size) {
    selfAttn = PositionedAttention(size.width, heads: size.heads, dropout: 0)
    selfAttnLayerNorm = LayerNorm(size.width)
    encoderAttn = PositionedAttention(size.width, heads: size.heads, dropout: 0)
    encoderAttnLayerNorm = LayerNorm(size.width)
    fc1 = Linear(size.width, size.hidden)
    fc2 = Linear(size.hidden, size.width)
    finalLayerNorm = LayerNorm(size.width)
    drop = Dropout(size.dropout)
  }

  func callAsFunction(_ x: Tensor, queries: Tensor, image: Tensor, positions: Tensor, mask: Tensor?) -> Tensor {
    let asked = x + queries
    let agreed = selfAttnLayerNorm(x + drop(selfAttn(query: asked, key: asked, value: x)))
    let looked = drop(encoderAttn(query: agreed + queries, key: image + positions, value: image, mask: mask))
    let seen = encoderAttnLayerNorm(agreed + looked)
    return finalLayerNorm(seen + drop(fc2(fc1(seen).relu())))
  }
}

/// The layers that look at the image.
final class DETREncoder: Module {
  let layers: [DETREncoderLayer]

  init(_ size: DETR.Size) { layers = (0..<size.encoderLayers).map { _ in DETREncoderLayer(size) } }

  func callAsFunction(_ x: Tensor, positions: Tensor, mask: Tensor?) -> Tensor {
    layers.reduce(x) { $1($0, positions: positions, mask: mask) }
  }
}

/// The layers that turn queries into objects.
final class DETRDecoder: Module {
  let layers: [DETRDecoderLayer]
  let layernorm: LayerNorm

  init(_ size: DETR.Size) {
    layers = (0..<size.decoderLayers).map { _ in DETRDecoderLayer(size) }
    layernorm = LayerNorm(size.width)
  }

  /// What the queries are after each layer, normalised: `[N, Q, width]` each.
  func callAsFunction(queries: Tensor, image: Tensor, positions: Tensor, mask: Tensor?) -> [Tensor] {
    var x = Tensor.zeros(like: queries)
    return layers.map { layer in
      x = layer(x, queries: queries, image: image, positions: positions, mask: mask)
      return layernorm(x)
    }
  }
}

/// Where each place of a map lies: sines and cosines of its row and column, as parts of the image without padding.
///
/// - Parameter mask: `[N, h, w]`, true where the image is.
/// - Returns: `[N, h, w, width]`, the row's numbers first.
func sinePositions(_ mask: Tensor, width: Int, dtype: DType) -> Tensor {
  let half = width / 2
  let inside = mask.to(dtype)
  func waves(along dim: Int) -> Tensor {
    let steps = inside.cumsum(dim: dim)
    let last = steps.narrow(dim: dim, start: steps.shape[dim] - 1, length: 1)
    let angle = steps / (last + 1e-6) * (2 * Double.pi)
    let pair = Tensor.arange(half).to(dtype).floorDivide(2) * 2 / half
    let phase = angle.unsqueeze(3) / Tensor.full([half], 10000, dtype: dtype).pow(pair).to(mask.device)
    let (even, odd) = (phase[.ellipsis, .every(2)], phase[.ellipsis, .every(2, from: 1)])
    return Tensor.stack([even.sin(), odd.cos()], dim: 4).flatten(from: 3)
  }
  return Tensor.cat([waves(along: 1), waves(along: 2)], dim: 3)
}
