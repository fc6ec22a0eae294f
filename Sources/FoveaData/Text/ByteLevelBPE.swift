// Language Models are Unsupervised Multitask Learners (GPT-2). Alec Radford, Jeffrey Wu, Rewon Child, David Luan,
// Dario Amodei, Ilya Sutskever, 2019.
//
// Neural Machine Translation of Rare Words with Subword Units.
// Rico Sennrich, Barry Haddow, Alexandra Birch, 2015. https://arxiv.org/abs/1508.07909

import Foundation

/// GPT-2's tokenizer: words are bytes, and pairs of pieces are merged in the order in which merging was learned.
public struct ByteLevelBPE: Tokenizer, Equatable {
  public let vocabulary: Vocabulary
  public let addedTokens: AddedTokens
  /// Whether a space is put before a text that has none, so that its first word is like others.
  public let addsPrefixSpace: Bool
  /// The pairs in the order in which they are merged.
  public let merges: [Merge]

  private let table: [Pair: Merged]
  private let byteTokens: [Int?]

  /// A pair of tokens that becomes one.
  public struct Merge: Sendable, Hashable {
    public let left: Int
    public let right: Int
    public let merged: Int
  }

  private struct Pair: Hashable {
    let left: Int
    let right: Int
  }

  private struct Merged: Equatable {
    let rank: Int
    let token: Int
  }

  public var frame: (before: [Int], after: [Int]) { ([], []) }

  init(
    vocabulary: Vocabulary, merges: [Merge], addedTokens: AddedTokens = AddedTokens(), addsPrefixSpace: Bool = false
  ) {
    self.vocabulary = vocabulary
    self.merges = merges
    self.addedTokens = addedTokens
    self.addsPrefixSpace = addsPrefixSpace
    var table: [Pair: Merged] = [:]
    table.reserveCapacity(merges.count)
    for (rank, merge) in merges.enumerated() {
      // A pair that is listed twice has its last rank, as in Hugging Face's reader.
      table[Pair(left: merge.left, right: merge.right)] = Merged(rank: rank, token: merge.merged)
    }
    self.table = table
    byteTokens = ByteAlphabet.encoded.map { vocabulary.id(of: $0) }
  }

  public func encodePlain(_ text: Substring) -> [Int] {
    var text = addsPrefixSpace && !(text.first?.isWhitespace ?? true) ? " " + text : text
    var ids: [Int] = []
    // The words of one text repeat; what they became is remembered while it lasts.
    var known: [[UInt8]: [Int]] = [:]
    text.withUTF8 { bytes in
      GPT2Splitter.forEachWord(in: bytes) { word in
        let key = Array(word)
        if let found = known[key] {
          ids += found
          return
        }
        let tokens = merged(key.compactMap { byteTokens[Int($0)] })
        known[key] = tokens
        ids += tokens
      }
    }
    return ids
  }

  public func decodePlain(_ ids: [Int]) -> String {
    String(decoding: ids.flatMap { vocabulary.bytes($0).map(ByteAlphabet.decode) ?? [] }, as: UTF8.self)
  }

  /// The pieces of a word after every merge that applies, the lowest rank first and of those the leftmost.
  private func merged(_ pieces: [Int]) -> [Int] {
    guard pieces.count > 1 else { return pieces }
    if pieces.count <= 32 { return mergedShort(pieces) }
    return mergedLong(pieces)
  }

  private func mergedShort(_ pieces: [Int]) -> [Int] {
    var pieces = pieces
    while pieces.count > 1 {
      var best: (place: Int, merged: Merged)?
      for place in 0..<(pieces.count - 1) {
        guard let found = table[Pair(left: pieces[place], right: pieces[place + 1])] else { continue }
        if found.rank < best?.merged.rank ?? .max { best = (place, found) }
      }
      guard let best else { break }
      pieces[best.place] = best.merged.token
      pieces.remove(at: best.place + 1)
    }
    return pieces
  }

  /// The same in n log n steps, for words of any length: pieces in a linked list, possible merges in a heap.
  private func mergedLong(_ start: [Int]) -> [Int] {
    struct Candidate {
      let place: Int
      let pair: Pair
      let merged: Merged
    }
    var pieces = start
    var next = Array(1...start.count)
    var previous = Array(-1..<(start.count - 1))
    var isGone = Array(repeating: false, count: start.count)
    var heap = BinaryHeap<Candidate> { ($0.merged.rank, $0.place) < ($1.merged.rank, $1.place) }
    func consider(_ place: Int) {
      guard place >= 0, next[place] < pieces.count else { return }
      let pair = Pair(left: pieces[place], right: pieces[next[place]])
      if let found = table[pair] { heap.insert(Candidate(place: place, pair: pair, merged: found)) }
    }
    for place in pieces.indices { consider(place) }
    while let best = heap.popFirst() {
      let place = best.place
      guard !isGone[place], next[place] < pieces.count, pieces[place] == best.pair.left,
        pieces[next[place]] == best.pair.right
      else { continue }
      let absorbed = next[place]
      pieces[place] = best.merged.token
      isGone[absorbed] = true
      next[place] = next[absorbed]
      if next[place] < pieces.count { previous[next[place]] = place }
      consider(previous[place])
      consider(place)
    }
    return pieces.indices.filter { !isGone[$0] }.map { pieces[$0] }
  }
}
