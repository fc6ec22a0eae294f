/// How precise and how complete a detector is on one class.
public struct ClassPrecision: Sendable, Hashable {
  /// The class.
  public let name: String

  /// How many objects of the class there are to be found, crowds aside.
  public let goldCount: Int

  /// The precision at the recalls 0, 0.01, … 1, for each least overlap 0.5, 0.55, … 0.95 and each range of areas (all, small,
  /// medium, large); empty where the range has no gold object.
  private let curves: [[[Double]]]

  /// The recall of all detections, by least overlap: of the 1, 10 and 100 surest of an image; then, of 100, the small, medium
  /// and large.
  private let recalls: [[Double]]

  /// Precision averaged over recalls and overlaps, in 0...1; -1 for a class that is in no image.
  public var averagePrecision: Double { averagePrecision(area: 0) }

  /// Precision averaged over recalls, for one least overlap, 0.5 to 0.95 by 0.05; -1 for a class that is in no image.
  public func averagePrecision(overlap: Double) -> Double { mean(precision(overlap: overlap)) }

  /// The precision-recall curve for one least overlap, 0.5 to 0.95 by 0.05: the precision at the recalls 0, 0.01, … 1, none
  /// lower than those after it. Empty for a class that is in no image.
  ///
  /// - Precondition: `overlap` is one of the ten.
  public func precision(overlap: Double) -> [Double] {
    guard let place = COCOProtocol.overlaps.firstIndex(where: { abs($0 - overlap) < 1e-6 }) else {
      preconditionFailure("COCO looks at overlaps of 0.5, 0.55, … 0.95, not \(overlap)")
    }
    return curves[0].isEmpty ? [] : curves[0][place]
  }

  /// The precision over all recalls and overlaps, within one of COCO's ranges of areas.
  func averagePrecision(area: Int) -> Double { mean(curves[area].map(mean)) }

  /// The recall over all overlaps, of one of the six kinds.
  func averageRecall(_ kind: Int) -> Double { mean(recalls[kind]) }

  init(name: String, _ results: ClassResults) {
    self.name = name
    goldCount = results.goldCounts[0]
    let order = results.scores.indices.sorted { (results.scores[$1], $0) < (results.scores[$0], $1) }
    let steps = COCOProtocol.overlaps.count
    let counts = results.goldCounts
    curves = counts.indices.map { area in
      guard counts[area] > 0 else { return [] }
      return (0..<steps).map { step in
        interpolatedPrecision(results.outcomes[area * steps + step], in: order, goldCount: counts[area])
      }
    }
    let kinds = COCOProtocol.limits.map { (area: 0, limit: $0) } + (1...3).map { (area: $0, limit: COCOProtocol.most) }
    recalls = kinds.map { area, limit in
      guard counts[area] > 0 else { return [] }
      return (0..<steps).map { step in
        let outcomes = results.outcomes[area * steps + step]
        let found = outcomes.indices.reduce(0) {
          $0 + (outcomes[$1] == .right && results.ranks[$1] < limit ? 1 : 0)
        }
        return Double(found) / Double(counts[area])
      }
    }
  }
}

/// The mean; -1 of nothing.
func mean(_ values: [Double]) -> Double {
  values.isEmpty ? -1 : values.reduce(0, +) / Double(values.count)
}

/// The highest precision at each recall or beyond it, of detections from the surest down.
private func interpolatedPrecision(_ outcomes: [ClassResults.Outcome], in order: [Int], goldCount: Int) -> [Double] {
  // Precision falls with each wrong detection and rises with each right one: it is highest at those.
  var precision: [Double] = []
  var wrong = 0
  for place in order {
    switch outcomes[place] {
    case .ignored: continue
    case .wrong: wrong += 1
    case .right: precision.append(Double(precision.count + 1) / Double(precision.count + 1 + wrong))
    }
  }
  for place in precision.indices.dropLast().reversed() {
    precision[place] = max(precision[place], precision[place + 1])
  }
  var found = 0
  return COCOProtocol.recalls.map { recall in
    while found < precision.count, Double(found + 1) / Double(goldCount) < recall { found += 1 }
    return found < precision.count ? precision[found] : 0
  }
}
