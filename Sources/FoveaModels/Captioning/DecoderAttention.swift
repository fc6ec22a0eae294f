import Torch

extension DecoderState {
  /// Adds keys and values `[N, heads, T, size]` of new tokens to those of a layer, and returns all.
  mutating func extend(layer: Int, keys: Tensor, values: Tensor) -> (keys: Tensor, values: Tensor) {
    let place = 2 * layer
    if cache.count <= place {
      cache += [keys, values]
    } else {
      cache[place] = Tensor.cat([cache[place], keys], dim: 2)
      cache[place + 1] = Tensor.cat([cache[place + 1], values], dim: 2)
    }
    return (cache[place], cache[place + 1])
  }

  /// The keys and values of the memory in a layer.
  func memory(layer: Int) -> (keys: Tensor, values: Tensor) { (fixed[2 * layer], fixed[2 * layer + 1]) }
}

extension Tensor {
  /// `[N, T, width]` to `[N, heads, T, width / heads]`.
  func splitHeads(_ heads: Int) -> Tensor {
    reshape(shape[0], shape[1], heads, shape[2] / heads).transpose(1, 2)
  }

  /// `[N, heads, T, size]` to `[N, T, heads · size]`.
  func joinHeads() -> Tensor { transpose(1, 2).reshape(shape[0], shape[2], shape[1] * shape[3]) }

  /// Attention of these queries, of tokens that are the last of those that have keys: no token sees one behind it.
  func attendCausally(_ keys: Tensor, _ values: Tensor, dropout: Double = 0) -> Tensor {
    let (fresh, all) = (shape[2], keys.shape[2])
    if fresh == all {
      return Tensor.scaledDotProductAttention(self, keys, values, dropout: dropout, isCausal: true).joinHeads()
    }
    let mask = fresh == 1 ? nil : Tensor.ones([fresh, all], dtype: .bool, device: device).tril(all - fresh)
    return Tensor.scaledDotProductAttention(self, keys, values, mask: mask, dropout: dropout).joinHeads()
  }

  /// Attention of these queries to places of the memory.
  ///
  /// - Returns: the result `[N, T, width]`, and where the last token looked, `[N, places]`, the mean over heads.
  func attendToMemory(_ keys: Tensor, _ values: Tensor) -> (result: Tensor, attention: Tensor) {
    let scale = 1 / Double(shape[3]).squareRoot()
    let weights = (self * scale).matmul(keys.mT).softmax(dim: -1)
    return (weights.matmul(values).joinHeads(), weights.detach()[.all, .all, -1].mean(dim: 1))
  }
}
