import Torch

extension CaptionModel {
  /// Writes sentences about images `[N, C, H, W]`: for each image as many as `options.returnCount`, the best first.
  ///
  /// It runs without gradients; put the model into evaluation mode before.
  ///
  /// - Parameter prompt: tokens that every sentence begins with, behind the start token.
  /// - Throws: ``GenerationError`` for options that make no sense.
  public func generate(
    _ images: Tensor, options: GenerationOptions = .greedy, prompt: [Int] = []
  ) throws(GenerationError) -> [[GeneratedCaption]] {
    try options.check()
    guard images.shape[0] > 0 else { return [] }
    return withNoGrad {
      let start = [specialTokens.start] + prompt
      let memory = encode(images)
      return options.beams > 1
        ? BeamSearch(self, options: options).run(memory, prompt: start)
        : oneByOne(memory, prompt: start, options: options).map { [$0] }
    }
  }

  /// The logits of what follows, with the cache or by reading everything again.
  func step(_ fresh: [[Int]], _ all: [[Int]], _ state: inout DecoderState, usesCache: Bool) -> Tensor {
    let device = state.memory.device
    if usesCache { return next(Tensor(rows: fresh).to(device), &state).to(.float32) }
    let logits = logits(Tensor(rows: all).to(device), memory: state.memory)
    return logits[.all, -1].to(.float32)
  }

  /// Greedy search, or drawing: one sentence an image.
  private func oneByOne(_ memory: Tensor, prompt: [Int], options: GenerationOptions) -> [GeneratedCaption] {
    let rules = TokenRules(options: options, end: specialTokens.end)
    let generator = options.sampling.map { Generator(seed: $0.seed, device: memory.device) }
    let count = memory.shape[0]
    var state = start(memory)
    var rows = Array(repeating: prompt, count: count)
    var fresh = rows
    var sums = Array(repeating: 0.0, count: count)
    var isDone = Array(repeating: false, count: count)
    var attention: [Tensor] = []
    for _ in 0..<options.maxNewTokens {
      let logits = step(fresh, rows, &state, usesCache: options.usesCache)
      let scores = rules.apply(to: logits, rows: rows, promptLength: prompt.count)
      let chosen: Tensor
      if let sampling = options.sampling {
        chosen = rules.warped(scores, by: sampling).softmax(dim: 1).multinomial(1, generator: generator).squeeze(1)
      } else {
        chosen = scores.argmax(dim: 1)
      }
      let gains = logits.logSoftmax(dim: 1).gather(dim: 1, chosen.unsqueeze(1)).squeeze(1).array(Float.self)
      if let last = state.attention { attention.append(last) }
      fresh = chosen.array(Int.self).enumerated().map { row, token in [isDone[row] ? specialTokens.padding : token] }
      for row in 0..<count where !isDone[row] {
        sums[row] += Double(gains[row])
        isDone[row] = fresh[row][0] == specialTokens.end
      }
      for row in 0..<count { rows[row] += fresh[row] }
      if isDone.allSatisfy({ $0 }) { break }
    }
    let maps = attention.isEmpty ? nil : Tensor.stack(attention, dim: 1)
    return rows.indices.map { row in
      let written = rows[row].dropFirst(prompt.count)
      let tokens = Array(written.prefix { $0 != specialTokens.end })
      let length = Double(min(tokens.count + 1, written.count))
      return GeneratedCaption(
        tokens: tokens, hasEnd: tokens.count < written.count, score: sums[row] / power(length, options.lengthPenalty),
        attention: maps.map { $0[row][0..<min(tokens.count, $0.shape[1])] })
    }
  }
}
