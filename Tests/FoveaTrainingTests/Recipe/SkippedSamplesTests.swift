import Foundation
import FoveaData
import FoveaImaging
import Testing

@testable import FoveaTraining

@Suite("Images that cannot be read", .serialized)
struct SkippedSamplesTests {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-skipped-\(UUID().uuidString)")
  }

  /// Twelve images to train on and six for the test, the third of each of which is none.
  private func makeImages(sizes: [Int]) throws -> URL {
    let root = folder.appendingPathComponent("images")
    for (split, count) in [("train", 12), ("test", 6)] {
      for number in 0..<count {
        let file = root.appendingPathComponent("\(split)/\(number % 2 == 0 ? "dark" : "light")/\(number).png")
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        let level = UInt8(number % 2 * 150 + number * 5)
        let side = sizes[number % sizes.count]
        try Image(width: side, height: side, color: Color(red: level, green: level, blue: level)).write(to: file)
        if number == 2 { try Data("no image".utf8).write(to: file) }
      }
    }
    return root
  }

  @Test(
    "are left out, counted and named if the recipe says so",
    arguments: [
      ([16], []), ([16, 20, 17], ["images.size=16"]), ([16], ["images.mean=[0, 0, 0]", "images.std=[1, 1, 1]"]),
    ] as [([Int], [String])])
  func skipped(sizes: [Int], settings: [String]) throws {
    let images = try makeImages(sizes: sizes)
    defer { try? FileManager.default.removeItem(at: folder) }
    let recipe = try Recipe(
      yaml: """
        model: tiny_resnet
        data: folder:\(images.path)
        validation_fraction: 0
        training:
          { epochs: 2, batch_size: 6, loader_threads: 1, device: cpu, precision: fp32, skip_broken_images: true }
        """, settings: settings)
    let run = try ClassificationRun(recipe, folder: folder.appendingPathComponent("run"))
    #expect(run.configuration.input.size == ImageSize(16))
    let result = try run.train()
    let bad = ["train", "test"].map { images.appendingPathComponent("\($0)/dark/2.png").path }
    #expect(result.skipped.reasons.count == 2, "each once, though both epochs met them")
    for path in bad { #expect(result.skipped.reasons.contains { $0.contains(path) }) }
    let table = try MetricsTable(contentsOf: run.folder.appendingPathComponent("metrics.csv"))
    #expect(table.rows.compactMap { $0.values["skipped"] } == [1, 2], "the first epoch ends before it validates")
    let outcome = try run.finish(result)
    #expect(outcome.headline.contains("5 images"))
    #expect(outcome.skipped.reasons.count == 1 && outcome.skipped.reasons[0].contains(bad[1]))
    let page = try String(contentsOf: try #require(outcome.report), encoding: .utf8)
    #expect(page.contains("2 images could not be read"))
    #expect(bad.allSatisfy(page.contains))
  }

  @Test("stop a run that is not told to skip them, with the path")
  func stop() throws {
    let images = try makeImages(sizes: [16])
    defer { try? FileManager.default.removeItem(at: folder) }
    let recipe = try Recipe(yaml: "model: tiny_resnet\ndata: folder:\(images.path)\nvalidation_fraction: 0")
    let error = #expect(throws: ImageError.self) {
      try ClassificationRun(recipe, folder: folder.appendingPathComponent("run"))
    }
    #expect(error?.name == images.appendingPathComponent("train/dark/2.png").path)
  }

  @Test("are told in a line, the first of many")
  func note() {
    var skipped = SkippedSamples()
    #expect(skipped.note == nil)
    skipped.add(["a.png: bad", "a.png: bad"])
    #expect(skipped.note == "1 image could not be read, so the run went without: a.png: bad")
    skipped.add((1...7).map { "\($0).png: bad" })
    #expect(skipped.note?.hasPrefix("8 images could not be read") == true)
    #expect(skipped.note?.hasSuffix("4.png: bad; … and 3 more") == true)
    #expect(skipped.adding(skipped) == skipped)
  }
}
