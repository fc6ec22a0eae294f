import Torch

/// Several metrics that are updated together, with a name each.
///
/// A batch goes through softmax and argmax once, whatever the number of metrics that look at them.
public final class MetricCollection: Metric {
  private let metrics: [(name: String, metric: any Metric<Predictions, Double>)]

  /// Metrics by their names, in the order in which they are shown.
  ///
  /// - Precondition: no name occurs twice.
  public init(_ metrics: KeyValuePairs<String, any Metric<Predictions, Double>>) {
    self.metrics = metrics.map { (name: $0.key, metric: $0.value) }
    precondition(Set(names).count == names.count, "two metrics have one name: \(names)")
  }

  private init(_ metrics: [(name: String, metric: any Metric<Predictions, Double>)]) { self.metrics = metrics }

  /// Everything that is usually asked of a classifier, under the names that `fovea evaluate --json` prints.
  ///
  /// `loss`, `accuracy`, `top_5_accuracy` (with more than five classes); `precision`, `recall` and `f1` of the second
  /// class where there are two; `precision_micro`, `..._macro`, `..._weighted` and likewise recall and F1; `auroc` of two
  /// classes, else `auroc_macro` and `auroc_weighted`; `calibration_error`.
  public static func classification(classes: Int) -> MetricCollection {
    var metrics: [(name: String, metric: any Metric<Predictions, Double>)] = [
      ("loss", LogLoss()), ("accuracy", Accuracy()),
    ]
    if classes > 5 { metrics.append(("top_5_accuracy", TopKAccuracy(5))) }
    for average in Average.allCases where average != .binary || classes == 2 {
      let suffix = average == .binary ? "" : "_\(average.rawValue)"
      metrics.append(("precision" + suffix, Precision(average)))
      metrics.append(("recall" + suffix, Recall(average)))
      metrics.append(("f1" + suffix, F1Score(average)))
    }
    if classes == 2 {
      metrics.append(("auroc", AUROC()))
    } else {
      for averaging in AUROC.Averaging.allCases {
        metrics.append(("auroc_\(averaging.rawValue)", AUROC(averaging)))
      }
    }
    metrics.append(("calibration_error", CalibrationError()))
    return MetricCollection(metrics)
  }

  /// The names, in order.
  public var names: [String] { metrics.map(\.name) }

  public func update(_ predictions: Predictions) {
    for (_, metric) in metrics { metric.update(predictions) }
  }

  /// The value of every metric by its name.
  public func compute() -> [String: Double] {
    Dictionary(uniqueKeysWithValues: metrics.map { ($0.name, $0.metric.compute()) })
  }

  public func reset() {
    for (_, metric) in metrics { metric.reset() }
  }
}
