import Foundation
import Torch

/// Several sentences an image are followed at the same time, the likeliest ones, as `transformers` does it: the best twice as
/// many continuations are looked at in each step; those that end among the first of them are finished, the others go on.
struct BeamSearch {
  private let model: CaptionModel
  private let options: GenerationOptions
  private let end: Int

  init(_ model: CaptionModel, options: GenerationOptions) {
    self.model = model
    self.options = options
    end = model.specialTokens.end
  }

  /// A sentence and the sum of its log-probabilities, or its final score.
  private struct Beam {
    var tokens: [Int]
    var score: Float
    /// Its row in the batch before this step.
    var row = 0
  }

  /// The beams of one image.
  private struct Search {
    var running: [Beam]
    var finished: [Beam] = []
    /// Whether an unfinished sentence may still become better than the finished ones.
    var canImprove = true
  }

  func run(_ memory: Tensor, prompt: [Int]) -> [[GeneratedCaption]] {
    let rules = TokenRules(options: options, end: end)
    let count = memory.shape[0]
    let beams = options.beams
    var state = model.start(memory).repeated(beams)
    // All beams begin alike; only the first may go on in the first step, or all would be the same.
    var searches = (0..<count).map { image in
      Search(running: (0..<beams).map { Beam(tokens: prompt, score: $0 == 0 ? 0 : -1e9, row: image * beams + $0) })
    }
    var fresh = Array(repeating: prompt, count: count * beams)
    for step in 1...options.maxNewTokens {
      let rows = searches.flatMap { $0.running.map(\.tokens) }
      let logits = model.step(fresh, rows, &state, usesCache: options.usesCache)
      let scores = rules.apply(to: logits.logSoftmax(dim: 1), rows: rows, promptLength: prompt.count)
      advance(&searches, by: scores, step: step)
      fresh = searches.flatMap { $0.running.map { [$0.tokens[$0.tokens.count - 1]] } }
      if options.usesCache {
        state = state.reordered(Tensor(searches.flatMap { $0.running.map(\.row) }).to(memory.device))
      }
      let areFull = options.earlyStopping == .yes && searches.allSatisfy { $0.finished.count == beams }
      if areFull || !searches.contains(where: \.canImprove) { break }
    }
    return searches.map { search in
      search.finished.prefix(options.returnCount).map { beam in
        let written = beam.tokens.dropFirst(prompt.count)
        let tokens = Array(written.prefix { $0 != end })
        return GeneratedCaption(tokens: tokens, hasEnd: tokens.count < written.count, score: Double(beam.score))
      }
    }
  }

  /// Takes one step with every image. `scores` are the log-probabilities `[N · beams, vocabulary]`.
  private func advance(_ searches: inout [Search], by scores: Tensor, step: Int) {
    let beams = options.beams
    let vocabulary = scores.shape[1]
    let before = Tensor(searches.flatMap { $0.running.map(\.score) }).to(scores.device).unsqueeze(1)
    let total = (scores + before).reshape(searches.count, beams * vocabulary)
    let kept = min(2 * beams, beams * vocabulary)
    let (values, places) = total.topK(kept, dim: 1)
    let best = values.array(Float.self)
    let indices = places.array(Int.self)
    for image in searches.indices {
      let candidates = (0..<kept).map { rank in
        let place = indices[image * kept + rank]
        let parent = searches[image].running[place / vocabulary]
        return Beam(
          tokens: parent.tokens + [place % vocabulary], score: best[image * kept + rank],
          row: image * beams + place / vocabulary)
      }
      advance(&searches[image], with: candidates, step: step)
    }
  }

  private func advance(_ search: inout Search, with candidates: [Beam], step: Int) {
    let beams = options.beams
    let isLast = step == options.maxNewTokens
    func ends(_ beam: Beam) -> Bool { isLast || beam.tokens.last == end }
    let isFull = search.finished.count == beams
    if search.canImprove, !(isFull && options.earlyStopping == .yes) {
      let scale = Float(power(Double(step), options.lengthPenalty))
      for candidate in candidates.prefix(beams) where ends(candidate) {
        search.finished.append(Beam(tokens: candidate.tokens, score: candidate.score / scale))
      }
      // A stable sort, so that of equals the older stays.
      let order = search.finished.indices.sorted { a, b in
        let (first, second) = (search.finished[a].score, search.finished[b].score)
        return first != second ? first > second : a < b
      }
      search.finished = order.prefix(beams).map { search.finished[$0] }
    }
    let open = candidates.filter { !ends($0) } + candidates.filter(ends)
    search.running = Array(open.prefix(beams))
    if search.running.count < beams {
      // A vocabulary of fewer tokens than beams leaves rows over: they are filled, and cannot win.
      let filler = Beam(tokens: search.running[0].tokens, score: -1e9, row: search.running[0].row)
      search.running += Array(repeating: filler, count: beams - search.running.count)
    }
    for index in search.running.indices where ends(search.running[index]) { search.running[index].score -= 1e9 }
    guard search.finished.count == beams, let worst = search.finished.last?.score else { return }
    let longest = options.earlyStopping == .never && options.lengthPenalty > 0
    let length = longest ? options.maxNewTokens : step
    let possible = search.running[0].score / Float(power(Double(length), options.lengthPenalty))
    search.canImprove = search.canImprove && possible > worst
  }
}

/// x to the power y.
func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }
