// CIDEr: Consensus-based Image Description Evaluation.
// Ramakrishna Vedantam, C. Lawrence Zitnick, Devi Parikh, 2014. https://arxiv.org/abs/1411.5726

import Foundation

/// How much a caption says what references agree on: n-grams weighted by how rare they are in the references of all images.
///
/// The weights are learned once from a corpus; then single captions can be scored, as self-critical training does for
/// those that it samples.
public struct CIDEr: Sendable {
  /// The paper's two measures.
  public enum Variant: Sendable, Hashable {
    /// The cosine of the n-gram vectors.
    case plain
    /// CIDEr-D, which cannot be raised by repeating words or by long captions: counts are clipped, and lengths that
    /// differ are penalised (sigma 6). It is what the COCO evaluation and pycocoevalcap call "CIDEr".
    case d
  }

  /// What is measured.
  public let variant: Variant
  private let frequency: [[NGrams.Key: Double]]
  private let logCount: Double

  /// Learns how rare n-grams are.
  ///
  /// - Parameter references: for each image its references, each a list of word numbers in 0..<2^32 (a tokenizer's ids will
  ///   do).
  public init(_ variant: Variant = .d, references: [[[Int]]]) {
    self.init(variant, grams: references.map { $0.map { NGrams($0) } })
  }

  init(_ variant: Variant, grams: [[NGrams]]) {
    self.variant = variant
    logCount = log(Double(max(1, grams.count)))
    var images = Array(repeating: [NGrams.Key: Int](), count: NGrams.longest)
    for references in grams {
      for n in 0..<NGrams.longest {
        let keys =
          references.count == 1
          ? references[0].counts[n].map(\.key) : Array(Set(references.flatMap { $0.counts[n].map(\.key) }))
        for key in keys { images[n][key, default: 0] += 1 }
      }
    }
    frequency = images.map { $0.mapValues { log(Double($0)) } }
  }

  /// The score of a caption, in 0...10.
  public func score(_ caption: [Int], references: [[Int]]) -> Double {
    score(NGrams(caption), references: references.map { NGrams($0) })
  }

  func score(_ caption: NGrams, references: [NGrams]) -> Double {
    guard !references.isEmpty else { return 0 }
    let caption = vector(caption)
    let sum = references.reduce(0) { $0 + similarity(caption, vector($1)) }
    return sum / Double(NGrams.longest) / Double(references.count) * 10
  }

  /// A sentence as weights of its n-grams.
  private struct Vector {
    var weights: [[(key: NGrams.Key, weight: Double)]]
    var norms: [Double]
    let length: Int
  }

  private func vector(_ grams: NGrams) -> Vector {
    let weights = grams.counts.enumerated().map { n, counts in
      counts.map { (key: $0.key, weight: Double($0.count) * (logCount - (frequency[n][$0.key] ?? 0))) }
    }
    let norms = weights.map { $0.reduce(0) { $0 + $1.weight * $1.weight }.squareRoot() }
    // The reference implementation takes the number of pairs of words for the length.
    return Vector(weights: weights, norms: norms, length: max(0, grams.length - 1))
  }

  /// The sum over n of the similarity of two sentences.
  private func similarity(_ caption: Vector, _ reference: Vector) -> Double {
    let difference = Double(caption.length - reference.length)
    let penalty = variant == .d ? exp(-(difference * difference) / (2 * 36)) : 1
    var sum = 0.0
    for n in 0..<NGrams.longest {
      var product = 0.0
      forEachShared(caption.weights[n], reference.weights[n], \.key, \.key) { i, j in
        let (own, other) = (caption.weights[n][i].weight, reference.weights[n][j].weight)
        product += (variant == .d ? min(own, other) : own) * other
      }
      let norm = caption.norms[n] * reference.norms[n]
      sum += (norm > 0 ? product / norm : product) * penalty
    }
    return sum
  }
}

extension CaptionCorpus {
  /// CIDEr or CIDEr-D, in 0...10, with the weights of the corpus's own references. The COCO evaluation's "CIDEr" is
  /// ``CIDEr/Variant/d``.
  public func cider(_ variant: CIDEr.Variant = .d) -> CaptionScore {
    let references = entries.map { $0.references.map { NGrams($0) } }
    let metric = CIDEr(variant, grams: references)
    return CaptionScore(
      meanOf: zip(entries, references).map { metric.score(NGrams($0.caption), references: $1) })
  }
}
