// BLEU: a Method for Automatic Evaluation of Machine Translation.
// Kishore Papineni, Salim Roukos, Todd Ward, Wei-Jing Zhu, 2002. https://aclanthology.org/P02-1040

import Foundation

extension CaptionCorpus {
  /// BLEU-1 to BLEU-4, in 0...1: how many of the caption's n-grams the references have, and a penalty for captions that
  /// are shorter than the reference of the closest length.
  ///
  /// As the COCO evaluation computes it, with its tiny constants in place of a division by zero.
  public func bleu() -> [CaptionScore] {
    var each = Array(repeating: [Double](), count: NGrams.longest)
    var total = BLEUCounts()
    for entry in entries {
      let counts = BLEUCounts(entry)
      for (n, score) in counts.scores.enumerated() { each[n].append(score) }
      total += counts
    }
    return zip(total.scores, each).map { CaptionScore(overall: $0, each: $1) }
  }
}

/// What BLEU counts, of one caption or of many.
private struct BLEUCounts {
  private var length = 0
  private var referenceLength = 0
  private var guessed = Array(repeating: 0, count: NGrams.longest)
  private var correct = Array(repeating: 0, count: NGrams.longest)

  init() {}

  init(_ entry: CaptionCorpus.Entry) {
    length = entry.caption.count
    referenceLength =
      entry.references.map(\.count).min { (abs($0 - length), $0) < (abs($1 - length), $1) } ?? 0
    let grams = NGrams(entry.caption)
    let references = entry.references.map { NGrams($0) }
    for n in 0..<NGrams.longest {
      guessed[n] = max(0, length - n)
      var most = Array(repeating: 0, count: grams.counts[n].count)
      for reference in references {
        forEachShared(grams.counts[n], reference.counts[n], \.key, \.key) { i, j in
          most[i] = max(most[i], reference.counts[n][j].count)
        }
      }
      correct[n] = zip(grams.counts[n], most).reduce(0) { $0 + min($1.0.count, $1.1) }
    }
  }

  static func += (total: inout BLEUCounts, counts: BLEUCounts) {
    total.length += counts.length
    total.referenceLength += counts.referenceLength
    for n in 0..<NGrams.longest {
      total.guessed[n] += counts.guessed[n]
      total.correct[n] += counts.correct[n]
    }
  }

  /// BLEU-1, BLEU-2 and so on.
  var scores: [Double] {
    let (small, tiny) = (1e-9, 1e-15)
    let ratio = (Double(length) + tiny) / (Double(referenceLength) + small)
    let brevity = ratio < 1 ? exp(1 - 1 / ratio) : 1
    var product = 1.0
    return (0..<NGrams.longest).map { n in
      product *= (Double(correct[n]) + tiny) / (Double(guessed[n]) + small)
      return pow(product, 1 / Double(n + 1)) * brevity
    }
  }
}
