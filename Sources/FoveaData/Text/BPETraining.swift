extension ByteLevelBPE {
  /// Learns a tokenizer from text, as Hugging Face's `BpeTrainer` does: the most frequent pair is merged, and then again,
  /// until there are enough tokens.
  ///
  /// - Parameters:
  ///   - texts: what to learn from.
  ///   - vocabularySize: the most tokens; at least 256 bytes and the special ones are always there.
  ///   - specialTokens: get the first numbers.
  ///   - leastCount: pairs that are rarer are not merged.
  public static func train(
    on texts: some Sequence<String>, vocabularySize: Int, specialTokens: [String] = ["<|endoftext|>"],
    leastCount: Int = 1
  ) -> ByteLevelBPE {
    var names = specialTokens.map { Array($0.utf8) }
    // Hugging Face sorts the alphabet by character, not by byte.
    let alphabet = (0..<256).sorted { ByteAlphabet.characters[$0].value < ByteAlphabet.characters[$1].value }
    var byteTokens = Array(repeating: 0, count: 256)
    for byte in alphabet {
      byteTokens[byte] = names.count
      names.append(ByteAlphabet.encoded[byte])
    }
    var words = BPEWords(counting: texts, byteTokens: byteTokens)
    var known = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var merges: [Merge] = []
    while names.count < vocabularySize, let pair = words.mostFrequentPair(leastCount: max(1, leastCount)) {
      let name = names[pair.left] + names[pair.right]
      let token = known[name] ?? names.count
      if token == names.count { names.append(name) }
      known[name] = token
      merges.append(Merge(left: pair.left, right: pair.right, merged: token))
      words.merge(pair, into: token)
    }
    let added = specialTokens.enumerated().map { AddedTokens.Token(id: $0, content: $1) }
    do {
      let vocabulary = try Vocabulary(names.enumerated().map { ($1, $0) }, file: "the trained tokenizer")
      return ByteLevelBPE(vocabulary: vocabulary, merges: merges, addedTokens: AddedTokens(added))
    } catch {
      preconditionFailure("\(error)")  // numbers are given out one by one here
    }
  }
}

/// The words of a corpus as pieces, and how often each pair of pieces stands side by side.
private struct BPEWords {
  struct Pair: Hashable {
    let left: Int
    let right: Int
  }

  private struct Entry {
    let pair: Pair
    let count: Int
  }

  private var words: [(pieces: [Int], count: Int)]
  private var counts: [Pair: Int] = [:]
  private var places: [Pair: Set<Int>] = [:]
  private var queue = BinaryHeap<Entry> { a, b in
    a.count != b.count ? a.count > b.count : (a.pair.left, a.pair.right) < (b.pair.left, b.pair.right)
  }

  init(counting texts: some Sequence<String>, byteTokens: [Int]) {
    var frequency: [[UInt8]: Int] = [:]
    for text in texts {
      var text = text
      text.withUTF8 { bytes in
        GPT2Splitter.forEachWord(in: bytes) { frequency[Array($0), default: 0] += 1 }
      }
    }
    words = frequency.map { word, count in (word.map { byteTokens[Int($0)] }, count) }
    for (index, word) in words.enumerated() {
      for (left, right) in zip(word.pieces, word.pieces.dropFirst()) {
        counts[Pair(left: left, right: right), default: 0] += word.count
        places[Pair(left: left, right: right), default: []].insert(index)
      }
    }
    for (pair, count) in counts { queue.insert(Entry(pair: pair, count: count)) }
  }

  /// The most frequent pair; of equals the one with the lowest numbers.
  mutating func mostFrequentPair(leastCount: Int) -> Pair? {
    while let top = queue.popFirst() {
      let count = counts[top.pair] ?? 0
      if count != top.count {
        // The entry is older than the last change of its count.
        if count >= leastCount { queue.insert(Entry(pair: top.pair, count: count)) }
      } else {
        return count >= leastCount ? top.pair : nil
      }
    }
    return nil
  }

  mutating func merge(_ pair: Pair, into token: Int) {
    var grown: Set<Pair> = []
    for index in places.removeValue(forKey: pair) ?? [] {
      let count = words[index].count
      var pieces = words[index].pieces
      var place = 0
      while place + 1 < pieces.count {
        guard pieces[place] == pair.left, pieces[place + 1] == pair.right else {
          place += 1
          continue
        }
        func change(_ left: Int, _ right: Int, by amount: Int) {
          let changed = Pair(left: left, right: right)
          counts[changed, default: 0] += amount
          if amount > 0 {
            places[changed, default: []].insert(index)
            grown.insert(changed)
          }
        }
        if place > 0 {
          change(pieces[place - 1], pair.left, by: -count)
          change(pieces[place - 1], token, by: count)
        }
        if place + 2 < pieces.count {
          change(pair.right, pieces[place + 2], by: -count)
          change(token, pieces[place + 2], by: count)
        }
        pieces.replaceSubrange(place...(place + 1), with: [token])
        place += 1
      }
      words[index].pieces = pieces
    }
    counts[pair] = nil
    for pair in grown { queue.insert(Entry(pair: pair, count: counts[pair] ?? 0)) }
  }
}
