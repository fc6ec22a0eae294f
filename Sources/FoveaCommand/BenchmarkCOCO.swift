import ArgumentParser
import Foundation
import Fovea

extension Benchmark {
  /// `fovea benchmark coco`
  struct COCOEvaluation: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "coco",
      abstract: "Time COCO's evaluation of detections.",
      discussion: """
        FILE is a safetensors file of two tensors: "gold", with rows of image, class, x, y, width, height, area and crowd
        (0 or 1), and "detected", with rows of image, class, x, y, width, height and score.
        """)

    @Argument(help: "The file of gold objects and detections.")
    var file: String

    @OptionGroup var repetition: Repetition

    func run() throws {
      repetition.begin()
      let results = try Self.results(StateDict(contentsOf: URL(fileURLWithPath: file)), file: file)
      let labels = results.flatMap { $0.gold.map(\.label) + $0.detected.map(\.label) }
      let names = (0...(labels.max() ?? 0)).map { "class \($0)" }
      let (seconds, _) = try repetition.median {
        let evaluation = MeanAveragePrecision(classNames: names)
        for result in results { evaluation.update(result) }
        _ = evaluation.compute()
      }
      try repetition.report("images_per_second", Double(results.count) / seconds)
    }

    /// The file's rows, image by image.
    static func results(_ tensors: StateDict, file: String) throws -> [DetectionResult] {
      func rows(_ name: String, columns: Int) throws -> [Int: [[Double]]] {
        guard let tensor = tensors[name], tensor.rank == 2, tensor.shape[1] == columns else {
          throw Failure("\(file): holds no tensor \"\(name)\" with rows of \(columns) numbers")
        }
        let numbers = tensor.to(.float64).array(Double.self)
        let rows = stride(from: 0, to: numbers.count, by: columns).map { Array(numbers[$0..<($0 + columns)]) }
        guard rows.allSatisfy({ (0..<1e9).contains($0[0]) && (0..<1e5).contains($0[1]) && $0.allSatisfy(\.isFinite) })
        else {
          throw Failure(
            "\(file): \"\(name)\" has a row whose image or class is no number from 0, or that is not finite")
        }
        return Dictionary(grouping: rows) { Int($0[0]) }
      }
      let gold = try rows("gold", columns: 8)
      let detected = try rows("detected", columns: 7)
      func box(_ row: [Double]) -> PixelBox { PixelBox(x: row[2], y: row[3], width: row[4], height: row[5]) }
      return Set(gold.keys).union(detected.keys).sorted().map { image in
        DetectionResult(
          image: image,
          gold: gold[image, default: []].map {
            GoldObject(box($0), label: Int($0[1]), area: $0[6], isCrowd: $0[7] != 0)
          },
          detected: detected[image, default: []].map { DetectedObject(box($0), label: Int($0[1]), score: $0[6]) })
      }
    }
  }
}
