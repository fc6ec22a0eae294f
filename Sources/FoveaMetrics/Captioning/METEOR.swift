// Meteor Universal: Language Specific Translation Evaluation for Any Target Language.
// Michael Denkowski, Alon Lavie, 2014. https://aclanthology.org/W14-3348

import Foundation

extension CaptionCorpus {
  /// METEOR's exact and stem matching, in 0...1.
  ///
  /// This is not the METEOR of published tables: synonyms and paraphrases need WordNet and a table of 60 MB, and are left
  /// out, and so is the lower weight of function words. It equals the METEOR 1.5 program run with `-m "exact stem" -w
  /// "1.0 0.6" -p "0.85 0.2 0.6 0.5"` on the words that ``PTBTokenizer`` gives, but where words are there twice that
  /// program may settle on another alignment. Compare it with nothing else.
  public func meteor() -> CaptionScore {
    let stems = words.map(EnglishStemmer.stem)
    var numbers: [String: Int] = [:]
    let stemNumbers = stems.map { stem in
      let next = numbers.count
      return numbers[stem]
        ?? {
          numbers[stem] = next; return next
        }()
    }
    var total = METEORCounts()
    let each = entries.map { entry in
      var best: METEORCounts?
      for reference in entry.references {
        let counts = METEORCounts(entry.caption, reference, stems: stemNumbers)
        if counts.score > best?.score ?? -1 { best = counts }
      }
      if let best { total += best }
      return best?.score ?? 0
    }
    return CaptionScore(overall: total.score, each: each)
  }
}

/// What METEOR counts, of one caption and one reference, or summed over many.
struct METEORCounts {
  var captionLength = 0
  var referenceLength = 0
  var exact = 0
  var stem = 0
  var chunks = 0

  init() {}

  init(_ caption: [Int], _ reference: [Int], stems: [Int]) {
    captionLength = caption.count
    referenceLength = reference.count
    let alignment = METEORAlignment(caption, reference, stems: stems)
    exact = alignment.pairs.count { $0.isExact }
    stem = alignment.pairs.count - exact
    // One piece that is all of both sentences is no fragment.
    let isWhole = alignment.pairs.count == caption.count && caption.count == reference.count && alignment.chunks == 1
    chunks = isWhole ? 0 : alignment.chunks
  }

  static func += (total: inout METEORCounts, counts: METEORCounts) {
    total.captionLength += counts.captionLength
    total.referenceLength += counts.referenceLength
    total.exact += counts.exact
    total.stem += counts.stem
    total.chunks += counts.chunks
  }

  /// A weighted harmonic mean of precision and recall, less where the matches are in many pieces.
  var score: Double {
    let (alpha, beta, gamma) = (0.85, 0.2, 0.6)
    let matches = exact + stem
    guard matches > 0 else { return 0 }
    let weighted = Double(exact) + 0.6 * Double(stem)
    let precision = weighted / Double(captionLength)
    let recall = weighted / Double(referenceLength)
    let mean = precision * recall / (alpha * precision + (1 - alpha) * recall)
    return mean * (1 - gamma * pow(Double(chunks) / Double(matches), beta))
  }
}

/// Which word of a caption stands for which of a reference: as many as can be, in as few pieces as can be, and as near to
/// each other as can be.
struct METEORAlignment {
  struct Pair {
    let reference: Int
    let isExact: Bool
  }

  /// The pairs, in the order of the caption.
  let pairs: [Pair]
  /// The pieces in which the matched words lie side by side in both.
  let chunks: Int

  /// A beginning of the caption that has been aligned.
  private struct Partial {
    var pairs: [Pair] = []
    var used: Set<Int> = []
    /// An exact match counts 10, one of stems 6.
    var weight = 0
    var chunks = 0
    var distance = 0
    /// The place in the reference that would go on with the piece; nil after a word without a pair.
    var next: Int?

    func isBetter(than other: Partial) -> Bool {
      if weight != other.weight { return weight > other.weight }
      if chunks != other.chunks { return chunks < other.chunks }
      return distance < other.distance
    }
  }

  /// The beginnings that are followed at the same time.
  private static let beam = 40

  init(_ caption: [Int], _ reference: [Int], stems: [Int]) {
    var beams = [Partial()]
    for (place, word) in caption.enumerated() {
      let candidates = reference.indices.filter { stems[reference[$0]] == stems[word] }
      var following: [Partial] = []
      for partial in beams {
        var skipped = partial
        skipped.next = nil
        following.append(skipped)
        for target in candidates where !partial.used.contains(target) {
          var longer = partial
          longer.pairs.append(Pair(reference: target, isExact: reference[target] == word))
          longer.used.insert(target)
          longer.weight += reference[target] == word ? 10 : 6
          longer.chunks += partial.next == target ? 0 : 1
          longer.distance += abs(place - target)
          longer.next = target + 1
          following.append(longer)
        }
      }
      if following.count > Self.beam { following.sort { $0.isBetter(than: $1) } }
      beams = Array(following.prefix(Self.beam))
    }
    let best = beams.reduce(Partial()) { $1.isBetter(than: $0) ? $1 : $0 }
    pairs = best.pairs
    chunks = best.chunks
  }
}
