import Foundation
import Torch

@testable import FoveaMetrics

/// What scikit-learn says of a set of scores; made by `Tests/Reference/metrics.py`.
struct ReferenceCase: Decodable {
  struct Scores: Decodable {
    let precision, recall, f1: Double
  }
  struct Columns: Decodable {
    let precision, recall, f1: [Double]
    let support: [Int]
  }
  struct Averages: Decodable {
    let micro, macro, weighted: Scores
    let binary: Scores?
    let per_class: Columns
  }
  struct Area: Decodable {
    let binary, macro, weighted: Double?  // absent or null: undefined
    let per_class: [Double?]?
  }
  struct Normalized: Decodable {
    let `true`, pred, all: [[Double]]
  }
  struct Calibration: Decodable {
    let error: Double
    let counts: [Int]
    let accuracy, confidence: [Double]  // of the bins that have samples
  }

  let kind: String
  let shape: [Int]
  let scores: [Double]
  let labels: [Int]
  let classes: Int
  let accuracy: Double
  let averages: Averages
  let confusion: [[Int]]
  let normalized: Normalized
  let calibration: Calibration
  let log_loss: Double
  let auroc: Area
  let top_k: [String: Double]?

  /// The case as batches of these sizes, over and over; the last takes what is left.
  func batches(of sizes: [Int] = [32, 1, 17], dtype: DType = .float32) -> [Predictions] {
    let scores = Tensor(scores, shape: shape).to(dtype)
    let labels = Tensor(labels)
    var batches: [Predictions] = []
    var start = 0
    while start < labels.count {
      let end = min(start + sizes[batches.count % sizes.count], labels.count)
      let (part, gold) = (scores[dim: 0, start..<end], labels[dim: 0, start..<end])
      batches.append(
        kind == "logits" ? Predictions(logits: part, labels: gold) : Predictions(probabilities: part, labels: gold))
      start = end
    }
    return batches
  }

  /// What `metric` makes of the case.
  func value<Value>(of metric: some Metric<Predictions, Value>) -> Value {
    for batch in batches() { metric.update(batch) }
    return metric.compute()
  }

  /// Every case by its name.
  static let all = Result<[String: ReferenceCase], any Error> {
    struct File: Decodable { let cases: [String: ReferenceCase] }
    let url = Bundle.module.bundleURL.appendingPathComponent("Fixtures/classification.json")
    return try JSONDecoder().decode(File.self, from: Data(contentsOf: url)).cases
  }
}

/// Whether two numbers agree to 1e-6, or are both undefined.
func agree(_ value: Double, _ reference: Double?) -> Bool {
  guard let reference else { return value.isNaN }
  return abs(value - reference) <= 1e-6
}

/// Whether two lists agree.
func agree(_ values: [Double], _ references: [Double?]) -> Bool {
  values.count == references.count && zip(values, references).allSatisfy { agree($0, $1) }
}
