import Foundation
import FoveaMetrics
import Testing
import Torch

/// pycocotools' numbers; see `Tests/Reference/coco.py`.
@Suite("COCO evaluation")
struct COCOTests {
  struct Case: Decodable, CustomTestStringConvertible {
    let name: String
    let classes: Int
    let images: [Int]
    let gold: [[Double]]
    let detected: [[Double]]
    let values: [Double]
    let class_ap: [Double]
    let class_ap_50: [Double]
    let curve_75: [Double]

    var testDescription: String { name }

    /// The images with what is in them, in the order of the file.
    var results: [DetectionResult] {
      images.map { image in
        let gold = gold.filter { $0[0] == Double(image) }.map { row in
          GoldObject(box(row), label: Int(row[1]), area: row[6], isCrowd: row[7] == 1)
        }
        let detected = detected.filter { $0[0] == Double(image) }.map { row in
          DetectedObject(box(row), label: Int(row[1]), score: row[6])
        }
        return DetectionResult(image: image, gold: gold, detected: detected)
      }
    }

    private func box(_ row: [Double]) -> PixelBox { PixelBox(x: row[2], y: row[3], width: row[4], height: row[5]) }

    func summary(_ results: [DetectionResult]) -> COCOSummary {
      let evaluation = MeanAveragePrecision(classNames: (0..<classes).map { "class \($0)" })
      for result in results { evaluation.update(result) }
      return evaluation.compute()
    }
  }

  static let cases = try? JSONDecoder().decode(
    [Case].self, from: Data(contentsOf: Bundle.module.bundleURL.appendingPathComponent("Fixtures/coco.json")))

  @Test("All twelve numbers are pycocotools'", arguments: try #require(cases))
  func twelveNumbers(_ test: Case) {
    let summary = test.summary(test.results)
    for (name, (value, expected)) in zip(COCOSummary.names, zip(summary.values, test.values)) {
      #expect(abs(value - expected) < 1e-6, "\(name): \(value) is not \(expected)")
    }
    #expect(summary.values.count == 12 && summary.numbers["ap_50"] == summary.values[1])
  }

  @Test("So is the precision of each class, and the curve", arguments: try #require(cases))
  func classes(_ test: Case) {
    let classes = test.summary(test.results).classes
    #expect(classes.map(\.name) == (0..<test.classes).map { "class \($0)" })
    for (result, expected) in zip(classes, zip(test.class_ap, test.class_ap_50)) {
      #expect(abs(result.averagePrecision - expected.0) < 1e-6)
      #expect(abs(result.averagePrecision(overlap: 0.5) - expected.1) < 1e-6)
    }
    let curve = classes[0].precision(overlap: 0.75)
    #expect(curve.isEmpty ? test.curve_75.allSatisfy { $0 == -1 } : curve.count == 101)
    #expect(zip(curve, test.curve_75).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test("The order in which images come does not matter", arguments: try #require(cases).prefix(3))
  func anyOrder(_ test: Case) {
    #expect(test.summary(test.results.reversed()) == test.summary(test.results))
  }

  @Test("Tensors of corners give what rows of a COCO file give")
  func tensors() throws {
    let test = try #require(Self.cases?.first)
    let evaluation = MeanAveragePrecision(classNames: (0..<test.classes).map { "class \($0)" })
    for result in test.results {
      let rows = result.detected.flatMap { found in
        [found.box.x, found.box.y, found.box.width, found.box.height].map(Float.init)
      }
      let boxes = Boxes<XYWH>(Tensor(rows, shape: [result.detected.count, 4])).xyxy
      evaluation.update(
        DetectionResult(
          image: result.image, gold: result.gold, boxes: boxes, labels: Tensor(result.detected.map(\.label)),
          scores: Tensor(result.detected.map(\.score))))
    }
    #expect(evaluation.compute().values == test.summary(test.results).values)
    evaluation.reset()
    #expect(evaluation.compute().values == Array(repeating: -1, count: 12))
  }

  @Test("The table reads as COCO's does")
  func table() {
    let evaluation = MeanAveragePrecision(classNames: ["cat"])
    let cat = PixelBox(x: 10, y: 10, width: 40, height: 50)
    evaluation.update(
      DetectionResult(
        image: 1, gold: [GoldObject(cat, label: 0)], detected: [DetectedObject(cat, label: 0, score: 0.9)]))
    let lines = evaluation.compute().description.split(separator: "\n")
    #expect(lines.count == 12)
    #expect(lines[0] == "Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 1.000")
    #expect(lines[3] == "Average Precision  (AP) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = -1.000")
    #expect(lines[6] == "Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=  1 ] = 1.000")
  }
}
