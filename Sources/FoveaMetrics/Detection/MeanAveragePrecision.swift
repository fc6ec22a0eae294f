import Torch

/// COCO's evaluation of a detector (Lin et al., 2014: "Microsoft COCO: Common Objects in Context").
///
/// ```swift
/// let evaluation = MeanAveragePrecision(classNames: dataset.classNames)
/// for image in images { evaluation.update(DetectionResult(image: …, gold: …, detected: …)) }
/// print(evaluation.compute())      // COCO's table of twelve numbers
/// ```
///
/// The numbers are those of pycocotools: in each image, detections of a class are taken from the highest score down, and
/// each gets the free gold object that it overlaps most, if by enough. Ten limits from 0.5 to 0.95 are averaged. Gold
/// objects that are crowds, or not of the size that is asked for, are neither found nor missed.
///
/// All of it is Swift on numbers, without a tensor; everything is kept until ``reset()``.
public final class MeanAveragePrecision: Metric {
  /// The names of the classes; a label is a place in it.
  public let classNames: [String]
  private var results: [DetectionResult] = []

  public init(classNames: [String]) { self.classNames = classNames }

  /// Adds an image.
  ///
  /// - Precondition: every label has a name, and no score is NaN.
  public func update(_ result: DetectionResult) {
    for label in result.gold.map(\.label) + result.detected.map(\.label) {
      precondition(classNames.indices.contains(label), "label \(label) of \(classNames.count) classes")
    }
    precondition(!result.detected.contains { $0.score.isNaN }, "a score of image \(result.image) is NaN")
    results.append(result)
  }

  public func compute() -> COCOSummary {
    var classes = classNames.map { _ in ClassResults() }
    for result in results.sorted(by: { $0.image < $1.image }) {
      let gold = Dictionary(grouping: result.gold, by: \.label)
      let detected = Dictionary(grouping: result.detected, by: \.label)
      for label in Set(gold.keys).union(detected.keys) {
        classes[label].add(gold: gold[label, default: []], detected: detected[label, default: []])
      }
    }
    return COCOSummary(zip(classNames, classes).map { name, results in ClassPrecision(name: name, results) })
  }

  public func reset() { results = [] }
}

/// What COCO averages over.
enum COCOProtocol {
  /// How much a detection must overlap a gold object: 0.5, 0.55, … 0.95.
  static let overlaps = (0..<10).map { 0.5 + Double($0) * ((0.95 - 0.5) / 9) }

  /// The recalls at which precision is read: 0, 0.01, … 1.
  static let recalls = (0...100).map { Double($0) * 0.01 }

  /// The areas that count, in square pixels: all, small, medium, large. Both ends belong to a range.
  static let areas: [ClosedRange<Double>] = [0...1e10, 0...1024, 1024...9216, 9216...1e10]

  /// How many detections of a class in an image count: for AR@1 and AR@10, and for all else.
  static let limits = [1, 10, 100]

  static let most = 100
}
