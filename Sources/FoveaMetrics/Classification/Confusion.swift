/// How many samples of each gold class (row) were taken for each class (column), as in scikit-learn.
public struct Confusion: Sendable, Hashable, Codable {
  /// What the counts are divided by.
  public enum Normalization: Sendable, Hashable, CaseIterable {
    /// The samples of the gold class: each row adds up to 1, and the diagonal is the recall.
    case gold
    /// The samples taken for the class: each column adds up to 1, and the diagonal is the precision.
    case predicted
    /// All samples.
    case all
  }

  /// Two classes that are taken for each other, in one direction.
  public struct Pair: Sendable, Hashable, Codable {
    /// The class that the samples have.
    public let gold: Int
    /// The class that they were taken for.
    public let predicted: Int
    /// How many samples.
    public let count: Int
    /// Their share of the samples of the gold class.
    public let share: Double
  }

  /// The number of classes.
  public let classCount: Int
  /// The counts, row by row: `classCount * classCount` of them.
  public let counts: [Int]

  /// - Parameter counts: a square, row by row.
  public init(counts: [Int]) {
    classCount = Int(Double(counts.count).squareRoot().rounded())
    precondition(classCount * classCount == counts.count, "\(counts.count) counts are not a square")
    self.counts = counts
  }

  /// How many samples of `gold` were taken for `predicted`.
  public subscript(gold gold: Int, predicted predicted: Int) -> Int { counts[gold * classCount + predicted] }

  /// All samples.
  public var sampleCount: Int { counts.reduce(0, +) }

  /// The share of samples on the diagonal; NaN where there are none.
  public var accuracy: Double {
    Double((0..<classCount).reduce(0) { $0 + self[gold: $1, predicted: $1] }) / Double(sampleCount)
  }

  /// What precision, recall and F1 of each class are worked out from.
  public var classCounts: ClassCounts {
    var predicted = [Int](repeating: 0, count: classCount)
    var gold = predicted
    for row in 0..<classCount {
      for column in 0..<classCount {
        gold[row] += self[gold: row, predicted: column]
        predicted[column] += self[gold: row, predicted: column]
      }
    }
    let right = (0..<classCount).map { self[gold: $0, predicted: $0] }
    return ClassCounts(truePositives: right, predicted: predicted, gold: gold)
  }

  /// The counts as shares, row by row. Where there is nothing to divide by, 0.
  public func normalized(by normalization: Normalization) -> [Double] {
    let classes = classCounts
    let total = sampleCount
    return counts.indices.map { index in
      let whole =
        switch normalization {
        case .gold: classes.gold[index / classCount]
        case .predicted: classes.predicted[index % classCount]
        case .all: total
        }
      return whole == 0 ? 0 : Double(counts[index]) / Double(whole)
    }
  }

  /// The pairs of different classes with the most samples, the worst first; pairs without a sample are left out.
  ///
  /// Of pairs with as many samples, the one with the larger share of its gold class comes first.
  public func mostConfused(_ limit: Int = 10) -> [Pair] {
    let gold = classCounts.gold
    let pairs = counts.indices.compactMap { index -> Pair? in
      let (row, column) = (index / classCount, index % classCount)
      guard row != column, counts[index] > 0 else { return nil }
      return Pair(
        gold: row, predicted: column, count: counts[index], share: Double(counts[index]) / Double(gold[row]))
    }
    let worstFirst = pairs.sorted {
      ($1.count, $1.share, $0.gold, $0.predicted) < ($0.count, $0.share, $1.gold, $1.predicted)
    }
    return Array(worstFirst.prefix(max(limit, 0)))
  }
}
