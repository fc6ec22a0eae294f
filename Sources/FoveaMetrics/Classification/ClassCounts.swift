/// How the values of single classes become one number.
public enum Average: String, Sendable, Hashable, CaseIterable {
  /// Every sample counts the same: the counts of all classes are added first.
  case micro
  /// Every class counts the same. A class that has no sample and was never predicted is left out, as in scikit-learn.
  case macro
  /// Every class counts as often as it has samples.
  case weighted
  /// The second of two classes alone, the positive one.
  case binary
}

/// How many samples each class has, how often it was predicted and how often rightly: all that precision, recall and F1
/// need, and the one place where they are defined.
///
/// A ratio with nothing below the line is 0, scikit-learn's default.
public struct ClassCounts: Sendable, Hashable, Codable {
  /// Samples of the class that were recognised as such.
  public let truePositives: [Int]
  /// Samples of any class that were taken for this one.
  public let predicted: [Int]
  /// Samples that the class has.
  public let gold: [Int]

  /// Counts of as many classes in each list.
  public init(truePositives: [Int], predicted: [Int], gold: [Int]) {
    precondition(
      truePositives.count == predicted.count && predicted.count == gold.count,
      "\(truePositives.count), \(predicted.count) and \(gold.count) classes")
    self.truePositives = truePositives
    self.predicted = predicted
    self.gold = gold
  }

  /// Of what was taken for each class, the share that was right.
  public var precision: [Double] { ratios(truePositives, predicted) }

  /// Of the samples of each class, the share that was recognised.
  public var recall: [Double] { ratios(truePositives, gold) }

  /// The harmonic mean of precision and recall of each class.
  public var f1: [Double] { ratios(truePositives.map { 2 * $0 }, zip(predicted, gold).map(+)) }

  /// Of what was taken for a class, the share that was right; NaN where there were no samples.
  public func precision(_ average: Average) -> Double { averaged(average, truePositives, predicted) }

  /// Of the samples of a class, the share that was recognised; NaN where there were no samples.
  public func recall(_ average: Average) -> Double { averaged(average, truePositives, gold) }

  /// The harmonic mean of precision and recall; NaN where there were no samples.
  public func f1(_ average: Average) -> Double {
    averaged(average, truePositives.map { 2 * $0 }, zip(predicted, gold).map(+))
  }

  private func averaged(_ average: Average, _ parts: [Int], _ wholes: [Int]) -> Double {
    let sampleCount = gold.reduce(0, +)
    guard sampleCount > 0 else { return .nan }
    switch average {
    case .micro:
      return ratio(parts.reduce(0, +), wholes.reduce(0, +))
    case .macro:
      let seen = gold.indices.filter { gold[$0] + predicted[$0] > 0 }
      return seen.reduce(0) { $0 + ratio(parts[$1], wholes[$1]) } / Double(seen.count)
    case .weighted:
      return gold.indices.reduce(0) { $0 + Double(gold[$1]) * ratio(parts[$1], wholes[$1]) } / Double(sampleCount)
    case .binary:
      precondition(gold.count == 2, "the binary average is for two classes, not \(gold.count)")
      return ratio(parts[1], wholes[1])
    }
  }
}

private func ratio(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }

private func ratios(_ parts: [Int], _ wholes: [Int]) -> [Double] { zip(parts, wholes).map(ratio) }
