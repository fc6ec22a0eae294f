import Foundation
import Testing

import struct FoveaImaging.Image

extension FoveaCommandTests {
  private static let (width, height) = (192, 128)

  /// A photograph of a bright and a dark square.
  private func squares(at left: Int) -> Image {
    let pixels = (0..<Self.height).flatMap { y in
      (0..<Self.width).flatMap { x -> [UInt8] in
        if (20..<70).contains(y), (left..<left + 50).contains(x) { return [250, 240, 90] }
        if (80..<120).contains(y), (60..<100).contains(x) { return [10, 20, 60] }
        return [128, 128, 128]
      }
    }
    return Image(width: Self.width, height: Self.height, channels: 3, pixels: pixels)
  }

  /// Six photographs in PASCAL VOC's layout, two of them for the test.
  private func makeSquares() throws -> URL {
    let root = folder.appendingPathComponent("squares")
    for name in ["Annotations", "JPEGImages", "ImageSets/Main"] {
      try FileManager.default.createDirectory(
        at: root.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    for index in 0..<6 {
      let left = 10 + 20 * index
      try squares(at: left).write(to: root.appendingPathComponent("JPEGImages/\(index).png"))
      let objects = [("bright", [left, 20, left + 50, 70]), ("dark", [60, 80, 100, 120])].map { name, box in
        "<object><name>\(name)</name><bndbox><xmin>\(box[0])</xmin><ymin>\(box[1])</ymin><xmax>\(box[2])</xmax>"
          + "<ymax>\(box[3])</ymax></bndbox></object>"
      }
      try """
      <annotation><filename>\(index).png</filename><size><width>\(Self.width)</width><height>\(Self.height)</height>
      <depth>3</depth></size>\(objects.joined())</annotation>
      """.write(to: root.appendingPathComponent("Annotations/\(index).xml"), atomically: true, encoding: .utf8)
    }
    for (name, images) in [("train", 0..<4), ("test", 4..<6)] {
      try images.map { "\($0)\n" }.joined()
        .write(to: root.appendingPathComponent("ImageSets/Main/\(name).txt"), atomically: true, encoding: .utf8)
    }
    return root
  }

  private struct FoundObjects: Decodable {
    struct Object: Decodable {
      let label: String
      let score: Double
      let box: [Double]
      let track: Int?
    }
    let image: String
    let predictions: [Object]
  }

  @Test("annotated photographs become a detector that answers with boxes in their pixels, with a report")
  func detection() throws {
    let data = try makeSquares()
    let recipe = folder.appendingPathComponent("squares.yaml")
    try """
    task: detection
    model: fasterrcnn_resnet18_fpn
    data: voc:\(data.path)
    validation_fraction: 0
    detection:
      shortest_edges: [64]
      longest_edge: 96
      pyramid_width: 16
      finest_level: 1
      smallest_anchor: 16
      head_width: 16
      sampled_regions: 16
      proposals: 20
    optimizer: { name: adamw, learning_rate: 1.0e-4 }
    training: { epochs: 1, batch_size: 2, loader_threads: 1, monitor: ap }
    """.write(to: recipe, atomically: true, encoding: .utf8)
    let training = try fovea("train", "--recipe", recipe.path, "--output", "run")
    #expect(training.status == 0, "\(training.messages)")
    let page = try String(contentsOf: folder.appendingPathComponent("run/report.html"), encoding: .utf8)
    #expect(page.components(separatedBy: "alt=\"annotated and found objects\"").count == 3)

    let evaluation = try fovea("evaluate", "run", "--json")
    #expect(evaluation.status == 0, "\(evaluation.messages)")
    let numbers = try JSONDecoder().decode([String: Double].self, from: Data(evaluation.output.utf8))
    #expect(
      Set(numbers.keys) == [
        "ap", "ap_50", "ap_75", "ap_small", "ap_medium", "ap_large", "ar_1", "ar_10", "ar_100", "ar_small",
        "ar_medium", "ar_large",
      ])
    #expect(numbers.values.allSatisfy { $0 == -1 || (0...1).contains($0) }, "\(numbers)")

    let photograph = data.appendingPathComponent("JPEGImages/4.png").path
    let prediction = try fovea("predict", "run", photograph, "--json", "--threshold", "0", "--draw", "drawn.png")
    #expect(prediction.status == 0, "\(prediction.messages)")
    let answer = try JSONDecoder().decode(FoundObjects.self, from: Data(prediction.output.utf8))
    #expect(answer.image == photograph && !answer.predictions.isEmpty)
    for object in answer.predictions {
      #expect(["bright", "dark"].contains(object.label) && (0...1).contains(object.score))
      #expect(object.box.count == 4 && object.box[0] <= object.box[2] && object.box[1] <= object.box[3])
      #expect(object.box[0] >= 0 && object.box[2] <= 192.01 && object.box[3] <= 128.01, "\(object.box)")
    }
    // The network saw 96 x 64 pixels.
    #expect(answer.predictions.contains { $0.box[2] > 97 })
    let drawn = try Image(contentsOf: folder.appendingPathComponent("drawn.png"))
    #expect(drawn.width == Self.width && drawn != squares(at: 90))

    try drawsEachImageForItself()
  }

  @Test("a published DETR is pulled, predicts by its name, is measured on data of its classes, and is fine-tuned")
  func publishedDetector() throws {
    let snapshot = try makeCache(of: "Detectors/detr")
    let offline = ["HF_HOME": folder.appendingPathComponent("cache").path, "HF_HUB_OFFLINE": "1"]
    let pulled = try fovea("models", "pull", "tiny/detr", environment: offline)
    #expect(pulled.status == 0 && pulled.messages.contains("A detector (detr)"), "\(pulled.messages)")
    let data = try makeSquares()
    let photograph = data.appendingPathComponent("JPEGImages/4.png").path
    let prediction = try fovea(
      "predict", "tiny/detr", photograph, "--json", "--threshold", "0", environment: offline)
    #expect(prediction.status == 0, "\(prediction.messages)")
    let answer = try JSONDecoder().decode(FoundObjects.self, from: Data(prediction.output.utf8))
    #expect(answer.predictions.count == 9)  // every query is an object here
    #expect(answer.predictions.allSatisfy { ["N/A", "cat", "dog"].contains($0.label) && $0.box[2] <= 192.01 })
    let strangers = try fovea("evaluate", "tiny/detr", "--data", "voc:\(data.path)", environment: offline)
    #expect(strangers.status == 1 && strangers.messages.contains("are not the model's 4"), "\(strangers.messages)")

    let config = snapshot.appendingPathComponent("config.json")
    let text = try String(contentsOf: config, encoding: .utf8)
    try text.replacing("\"cat\"", with: "\"dark\"").replacing("\"dog\"", with: "\"bright\"")
      .write(to: config, atomically: true, encoding: .utf8)
    let evaluation = try fovea("evaluate", "tiny/detr", "--data", "voc:\(data.path)", "--json", environment: offline)
    #expect(evaluation.status == 0 && evaluation.output.contains("\"ap_50\""), "\(evaluation.messages)")

    let recipe = folder.appendingPathComponent("tuned.yaml")
    try """
    task: detection
    model: tiny/detr
    data: voc:\(data.path)
    validation_fraction: 0
    detection: { shortest_edges: [64], longest_edge: 96 }
    optimizer: { name: adamw, learning_rate: 1.0e-4 }
    training: { epochs: 1, batch_size: 2, loader_threads: 1 }
    """.write(to: recipe, atomically: true, encoding: .utf8)
    let training = try fovea("train", "--recipe", recipe.path, "--output", "tuned", environment: offline)
    #expect(training.status == 0, "\(training.messages)")
    let tuned = try fovea("predict", "tuned", photograph, "--json", "--threshold", "0")
    #expect(tuned.status == 0 && tuned.output.contains("\"image\""), "\(tuned.messages)")
  }

  /// Images of one name in two formats and two folders, and with them two videos.
  private func drawsEachImageForItself() throws {
    for (name, left) in [("first/a.jpg", 30), ("first/a.png", 30), ("second/a.png", 140)] {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try squares(at: left).write(to: file)
    }
    let answer = try fovea(
      "predict", "run", "first", "second", "--json", "--threshold", "0", "--track", "--draw", "drawings")
    #expect(answer.status == 0, "\(answer.messages)")
    let drawings = try FileManager.default.contentsOfDirectory(
      atPath: folder.appendingPathComponent("drawings").path)
    #expect(drawings.sorted() == ["a-2.png", "a-3.png", "a.png"])
    let found = try answer.output.split(separator: "\n")
      .map { try JSONDecoder().decode(FoundObjects.self, from: Data($0.utf8)) }
    #expect(found.count == 3)
    // A video's first frame begins to count, whatever was shown before.
    for frame in [found[0], found[2]] {
      #expect(frame.predictions.map(\.track) == frame.predictions.indices.map { $0 + 1 })
    }
  }
}
