import Torch

/// The expected calibration error: how far the confidence of a classifier is from how often it is right.
///
/// Samples are sorted into bins of equal width by the probability of the predicted class; the error is the mean distance,
/// over samples, between a bin's accuracy and its mean confidence. NaN where there were no samples. See Guo et al., "On
/// Calibration of Modern Neural Networks" (2017), section 2.
public final class CalibrationError: Metric {
  /// The number of bins between 0 and 1.
  public let binCount: Int

  /// Three rows of `binCount` sums: samples, right ones, confidences.
  private var sums = RunningSum()
  private let edges: Tensor

  /// - Parameter bins: the number of bins, at least 1; the papers use 15.
  public init(bins: Int = 15) {
    precondition(bins >= 1, "\(bins) bins")
    binCount = bins
    edges = Tensor((1..<bins).map { Double($0) / Double(bins) })
  }

  public func update(_ predictions: Predictions) {
    let confidence = predictions.confidence.to(.cpu).to(.float64)
    let bins = edges.searchSorted(confidence)  // an edge belongs to the bin below it
    let ones = Tensor.ones(like: confidence)
    let correct = predictions.isCorrect.to(.cpu).to(.float64)
    sums.add(Tensor.stack([ones, correct, confidence].map { bins.binCount(weights: $0, count: binCount) }))
  }

  public func compute() -> Double { table().error }

  /// Accuracy against confidence, bin by bin: what a reliability diagram shows.
  public func table() -> ReliabilityTable {
    let sums = sums.elements(as: Double.self) ?? [Double](repeating: 0, count: 3 * binCount)
    let bins = (0..<binCount).map { index in
      let count = sums[index]
      return ReliabilityTable.Bin(
        lowerBound: Double(index) / Double(binCount), upperBound: Double(index + 1) / Double(binCount),
        count: Int(count), accuracy: sums[binCount + index] / count, confidence: sums[2 * binCount + index] / count)
    }
    return ReliabilityTable(bins: bins)
  }

  public func reset() { sums = RunningSum() }
}

/// Accuracy against confidence: each bin holds the samples whose predicted class has a probability in its range.
public struct ReliabilityTable: Sendable, Hashable {
  /// The samples with a confidence above `lowerBound` and not above `upperBound`.
  public struct Bin: Sendable, Hashable {
    /// Where the bin begins.
    public let lowerBound: Double
    /// Where the bin ends.
    public let upperBound: Double
    /// How many samples it has.
    public let count: Int
    /// The share of them that is right; NaN in an empty bin.
    public let accuracy: Double
    /// Their mean confidence; NaN in an empty bin.
    public let confidence: Double

    /// How far accuracy and confidence are apart; 0 in an empty bin.
    public var gap: Double { count == 0 ? 0 : abs(accuracy - confidence) }
  }

  /// The bins, from confidence 0 to 1.
  public let bins: [Bin]

  /// The expected calibration error: the mean gap over samples; NaN where there are none.
  public var error: Double {
    let total = bins.reduce(0) { $0 + $1.count }
    return bins.reduce(0) { $0 + Double($1.count) * $1.gap } / Double(total)
  }

  /// The maximum calibration error: the widest gap of a bin.
  public var maximumError: Double { bins.map(\.gap).max() ?? 0 }
}
