import Torch

/// The rules that forbid tokens or make them less likely, in the order in which `transformers` applies them.
struct TokenRules {
  let options: GenerationOptions
  let end: Int

  var isEmpty: Bool { options.repetitionPenalty == 1 && options.noRepeatNGram == 0 && options.minNewTokens == 0 }

  /// Changes scores `[N, vocabulary]`, which may be logits or log-probabilities, by what each row holds so far.
  ///
  /// - Parameter promptLength: the tokens of a row that were not written but given.
  func apply(to scores: Tensor, rows: [[Int]], promptLength: Int) -> Tensor {
    if isEmpty { return scores }
    let width = scores.shape[1]
    var values = scores.to(.float32).contiguous().array(Float.self)
    for (row, tokens) in rows.enumerated() {
      let start = row * width
      if options.repetitionPenalty != 1 {
        let penalty = Float(options.repetitionPenalty)
        for token in Set(tokens) {
          let value = values[start + token]
          values[start + token] = value < 0 ? value * penalty : value / penalty
        }
      }
      for token in forbidden(after: tokens) { values[start + token] = -.infinity }
      if tokens.count - promptLength < options.minNewTokens { values[start + end] = -.infinity }
    }
    return Tensor(values, shape: scores.shape.sizes).to(scores.device)
  }

  /// The tokens that would close a run which is there already.
  private func forbidden(after tokens: [Int]) -> [Int] {
    let n = options.noRepeatNGram
    guard n > 0, tokens.count + 1 >= n else { return [] }
    let tail = tokens.suffix(n - 1)
    return tokens.indices.dropLast(n - 1).compactMap { start in
      tokens[start..<(start + n - 1)].elementsEqual(tail) ? tokens[start + n - 1] : nil
    }
  }

  /// Scores with those that are not drawn from at minus infinity.
  func warped(_ scores: Tensor, by sampling: GenerationOptions.Sampling) -> Tensor {
    var scores = sampling.temperature == 1 ? scores : scores / sampling.temperature
    let width = scores.shape[1]
    if sampling.topK > 0 {
      let least = scores.topK(min(sampling.topK, width), dim: 1).values.amin(dims: [1], keepDim: true)
      scores = scores.maskedFill(scores .< least, -Double.infinity)
    }
    if sampling.topP < 1 {
      let (sorted, order) = scores.sort(dim: 1)
      let unlikely = sorted.softmax(dim: 1).cumsum(dim: 1) .<= 1 - sampling.topP
      // The likeliest stays, whatever its share.
      unlikely[dim: 1, (width - 1)..<width].copy_(
        Tensor.zeros([scores.shape[0], 1], dtype: .bool, device: scores.device))
      let mask = Tensor.zeros(like: unlikely).scatter_(dim: 1, order, unlikely)
      scores = scores.maskedFill(mask, -Double.infinity)
    }
    return scores
  }
}
