/// The runs of one to four words of a sentence and how often each comes, sorted, so that two sentences can be compared in
/// one pass.
struct NGrams: Sendable {
  /// An n-gram as one number: 32 bits a word.
  typealias Key = UInt128

  /// By length: `[0]` holds the single words.
  let counts: [[(key: Key, count: Int)]]
  /// The number of words in the sentence.
  let length: Int

  static let longest = 4

  init(_ words: [Int], longest: Int = NGrams.longest) {
    length = words.count
    counts = (1...longest).map { n in
      guard words.count >= n else { return [] }
      let keys = (0...(words.count - n)).map { start in
        words[start..<(start + n)].reduce(Key(0)) { $0 << 32 | Key(truncatingIfNeeded: $1) }
      }
      return NGrams.counted(keys.sorted())
    }
  }

  private static func counted(_ sorted: [Key]) -> [(key: Key, count: Int)] {
    var result: [(key: Key, count: Int)] = []
    result.reserveCapacity(sorted.count)
    for key in sorted {
      if result.last?.key == key { result[result.count - 1].count += 1 } else { result.append((key, 1)) }
    }
    return result
  }
}

/// Calls `body` with the places in both lists of every key that both have.
func forEachShared<A, B>(
  _ a: [A], _ b: [B], _ keyOfA: (A) -> NGrams.Key, _ keyOfB: (B) -> NGrams.Key, _ body: (Int, Int) -> Void
) {
  var (i, j) = (0, 0)
  while i < a.count, j < b.count {
    let (left, right) = (keyOfA(a[i]), keyOfB(b[j]))
    if left == right { body(i, j) }
    if left <= right { i += 1 }
    if right <= left { j += 1 }
  }
}
