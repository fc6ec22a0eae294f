import Torch

/// The area under the receiver operating characteristic: how likely a sample of a class has a higher probability for it
/// than a sample of another class; an equal one counts half.
///
/// With more than two classes, each is set against all others (one versus rest). With two, every averaging gives the
/// same number, that of the second class. Where a class has no sample, or all of them, its value is NaN: then so is the
/// macro average, while the weighted one leaves out what has no sample; scikit-learn does the same.
///
/// The value is exact, so the probabilities of all samples are kept until ``reset()``: 4 bytes a sample and class.
public final class AUROC: Metric {
  /// How the values of single classes become one number.
  public enum Averaging: String, Sendable, Hashable, CaseIterable {
    /// Every class counts the same.
    case macro
    /// Every class counts as often as it has samples.
    case weighted
  }

  /// How the values of single classes become one number.
  public let averaging: Averaging

  private var probabilities: [Tensor] = []
  private var labels: [Tensor] = []

  public init(_ averaging: Averaging = .macro) { self.averaging = averaging }

  public func update(_ predictions: Predictions) {
    probabilities.append(predictions.probabilities.to(.cpu))
    labels.append(predictions.labels.to(.cpu))
  }

  public func compute() -> Double {
    let classes = perClass()
    switch averaging {
    case .macro:
      return classes.reduce(0) { $0 + $1.value } / Double(classes.count)
    case .weighted:
      let present = classes.filter { $0.support > 0 }
      let total = present.reduce(0) { $0 + $1.support }
      return present.reduce(0) { $0 + Double($1.support) * $1.value } / Double(total)
    }
  }

  /// The value of each class against all others, with the number of its samples.
  public func perClass() -> [(value: Double, support: Int)] {
    guard !labels.isEmpty else { return [] }
    let labels = Tensor.cat(labels)
    let columns = Tensor.cat(probabilities).transpose(0, 1).contiguous()
    return (0..<columns.shape[0]).map { area(of: columns[$0], isClass: labels .== $0) }
  }

  /// Mann and Whitney's statistic (1947) from ranks, which needs one sort of the N scores and a search for each positive.
  private func area(of scores: Tensor, isClass: Tensor) -> (value: Double, support: Int) {
    let positives = scores[isClass]
    let count = positives.count
    let others = scores.count - count
    guard count > 0, others > 0 else { return (.nan, count) }
    let sorted = scores.sort().values
    guard !sorted[-1].item(Double.self).isNaN else { return (.nan, count) }  // NaN is sorted to the end
    // The number of scores below each positive plus the number not above it: twice its rank among all. Among the
    // positives themselves these add up to count², whatever they are; the rest are wins (2) and draws (1) over others.
    let ranks = sorted.searchSorted(positives) + sorted.searchSorted(positives, right: true)
    let wins = ranks.sum().item(Int.self) - count * count
    return (Double(wins) / (2 * Double(count) * Double(others)), count)
  }

  public func reset() {
    probabilities = []
    labels = []
  }
}
