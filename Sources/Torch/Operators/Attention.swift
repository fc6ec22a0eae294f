extension Operators {
  static let scaledDotProductAttention = Op<Tensor, Tensor, Tensor, Tensor, Tensor?, Double, Bool, Double?>(
    "aten::scaled_dot_product_attention")
  static let safeSoftmax = Op<Tensor, Tensor, Int, DType?>("aten::_safe_softmax")
}

extension Tensor {
  /// Attention of queries `[..., T, D]` over keys `[..., S, D]` and values `[..., S, V]`: softmax(q kᵀ · scale + mask) v.
  ///
  /// - Parameters:
  ///   - mask: added to the scores, or where boolean: false leaves a key out; broadcast to `[..., T, S]`.
  ///   - dropout: the probability of dropping a weight; give 0 outside of training.
  ///   - isCausal: lets a query see only keys at its own place and before.
  ///   - scale: 1/√D unless given.
  public static func scaledDotProductAttention(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, mask: Tensor? = nil, dropout: Double = 0, isCausal: Bool = false,
    scale: Double? = nil
  ) -> Tensor {
    guard learnsInBfloat16(query, key, value), mask == nil || !isCausal else {
      return Operators.scaledDotProductAttention(query, key, value, mask, dropout, isCausal, scale)
    }
    var scores = (query * (scale ?? 1 / Double(query.shape[query.rank - 1]).squareRoot())).matmul(key.mT)
    if isCausal {
      let unseen = Tensor.ones(Array(scores.shape.suffix(2)), dtype: .bool).triu(1)
      scores = scores.maskedFill(unseen, -Double.infinity)
    } else if let mask {
      let hides = mask.dtype == .bool
      scores = hides ? scores.maskedFill(mask.logicalNot(), -Double.infinity) : scores + mask.to(scores.dtype)
    }
    // Where a mask leaves out every key, the weights are 0, as in libtorch's kernel.
    let weights = mask == nil ? scores.softmax(dim: -1) : Operators.safeSoftmax(scores, -1, nil)
    return weights.dropout(dropout, isTraining: dropout > 0).matmul(value)
  }

  /// Whether gradients in bfloat16 are wanted on the CPU, where libtorch's fused kernel multiplies one image's head at a time. What
  /// oneDNN needs to begin each of these small products outweighs them: with 17 to 1,025 tokens, forward and backward take 1.1 to 6
  /// times as long as products of all heads at once. These hold all weights, though, which is not done beyond 2²⁸ of them.
  private static func learnsInBfloat16(_ query: Tensor, _ key: Tensor, _ value: Tensor) -> Bool {
    let all = [query, key, value]
    guard isGradEnabled, all.allSatisfy({ $0.dtype == .bfloat16 && $0.device == .cpu && $0.rank >= 2 }),
      all.contains(where: \.requiresGrad)
    else { return false }
    return query.shape.dropLast().reduce(key.shape[key.rank - 2], *) <= 1 << 28
  }
}
