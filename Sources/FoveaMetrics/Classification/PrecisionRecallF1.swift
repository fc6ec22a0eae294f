import Torch

/// Of what was taken for a class, the share that was right. See ``ClassCounts`` for what happens without any.
public final class Precision: Metric {
  /// How the values of single classes become one number.
  public let average: Average
  private var counts = RunningCounts()

  public init(_ average: Average = .macro) { self.average = average }

  public func update(_ predictions: Predictions) { counts.add(predictions) }
  public func compute() -> Double { counts.value.precision(average) }
  public func reset() { counts = RunningCounts() }
}

/// Of the samples of a class, the share that was recognised. See ``ClassCounts`` for what happens without any.
public final class Recall: Metric {
  /// How the values of single classes become one number.
  public let average: Average
  private var counts = RunningCounts()

  public init(_ average: Average = .macro) { self.average = average }

  public func update(_ predictions: Predictions) { counts.add(predictions) }
  public func compute() -> Double { counts.value.recall(average) }
  public func reset() { counts = RunningCounts() }
}

/// The harmonic mean of precision and recall. See ``ClassCounts`` for what happens where they are undefined.
public final class F1Score: Metric {
  /// How the values of single classes become one number.
  public let average: Average
  private var counts = RunningCounts()

  public init(_ average: Average = .macro) { self.average = average }

  public func update(_ predictions: Predictions) { counts.add(predictions) }
  public func compute() -> Double { counts.value.f1(average) }
  public func reset() { counts = RunningCounts() }
}

/// The counts of the classes over batches.
private struct RunningCounts {
  private var sum = RunningSum()

  mutating func add(_ predictions: Predictions) { sum.add(predictions.classCounts) }

  var value: ClassCounts {
    let all = sum.elements(as: Int.self) ?? []
    let classes = all.count / 3
    return ClassCounts(
      truePositives: Array(all[..<classes]), predicted: Array(all[classes..<2 * classes]),
      gold: Array(all[(2 * classes)...]))
  }
}
