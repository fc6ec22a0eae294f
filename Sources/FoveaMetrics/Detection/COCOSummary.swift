/// COCO's twelve numbers of a detector, and those of each class.
///
/// Each is in 0...1, and -1 where there is nothing to be found, as in pycocotools.
public struct COCOSummary: Sendable, Hashable {
  /// The names of the twelve numbers, in COCO's order: average precision (over overlaps of 0.5 to 0.95, at 0.5, at 0.75, of
  /// small, medium and large objects), and average recall (of the 1, 10 and 100 surest detections of a class in an image;
  /// of small, medium and large objects).
  public static let names = [
    "ap", "ap_50", "ap_75", "ap_small", "ap_medium", "ap_large",
    "ar_1", "ar_10", "ar_100", "ar_small", "ar_medium", "ar_large",
  ]

  /// The twelve numbers, in the order of ``names``.
  public let values: [Double]

  /// Every class, in the order of the labels.
  public let classes: [ClassPrecision]

  /// Precision averaged over overlaps from 0.5 to 0.95: the number that detectors are ranked by.
  public var averagePrecision: Double { values[0] }

  /// The average precision where overlapping by half is enough: PASCAL VOC's number.
  public var averagePrecision50: Double { values[1] }

  /// The twelve numbers by name.
  public var numbers: [String: Double] { Dictionary(uniqueKeysWithValues: zip(Self.names, values)) }

  init(_ classes: [ClassPrecision]) {
    self.classes = classes
    let present = classes.filter { $0.goldCount > 0 }
    func averaged(_ value: (ClassPrecision) -> Double) -> Double { mean(classes.map(value).filter { $0 >= 0 }) }
    values =
      [
        averaged { $0.averagePrecision }, mean(present.map { $0.averagePrecision(overlap: 0.5) }),
        mean(present.map { $0.averagePrecision(overlap: 0.75) }),
      ]
      + (1...3).map { area in averaged { $0.averagePrecision(area: area) } }
      + (0..<6).map { kind in averaged { $0.averageRecall(kind) } }
  }
}

extension COCOSummary: CustomStringConvertible {
  /// COCO's table of the twelve numbers.
  public var description: String {
    let overlaps = ["0.50:0.95", "0.50", "0.75"] + Array(repeating: "0.50:0.95", count: 9)
    let areas = ["all", "all", "all", "small", "medium", "large", "all", "all", "all", "small", "medium", "large"]
    let limits = [100, 100, 100, 100, 100, 100, 1, 10, 100, 100, 100, 100]
    return values.indices.map { row in
      let title = row < 6 ? "Average Precision  (AP)" : "Average Recall     (AR)"
      let overlap = overlaps[row] + String(repeating: " ", count: 9 - overlaps[row].count)
      let area = String(repeating: " ", count: 6 - areas[row].count) + areas[row]
      let limit = String(repeating: " ", count: 3 - "\(limits[row])".count) + "\(limits[row])"
      return "\(title) @[ IoU=\(overlap) | area=\(area) | maxDets=\(limit) ] = \(thousandths(values[row]))"
    }.joined(separator: "\n")
  }
}

/// Three digits after the point, whatever the locale.
private func thousandths(_ value: Double) -> String {
  let whole = Int((abs(value) * 1000).rounded())
  let digits = "\(whole % 1000)"
  return "\(value < 0 ? "-" : "")\(whole / 1000).\(String(repeating: "0", count: 3 - digits.count))\(digits)"
}
