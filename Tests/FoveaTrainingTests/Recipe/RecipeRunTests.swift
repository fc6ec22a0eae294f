import Foundation
import FoveaData
import FoveaImaging
import FoveaModels
import Testing
import Torch

@testable import FoveaTraining

/// Small pictures of one colour each. In the test set one of them lies in the folders of two colours, so that a
/// classifier, whatever it has learned, makes a mistake.
private func makeColours(in folder: URL) throws -> URL {
  let root = folder.appendingPathComponent("colours")
  var noise: UInt8 = 7
  func write(_ channel: Int, _ path: String) throws {
    let file = root.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    let pixels = (0..<(16 * 16 * 3)).map { place -> UInt8 in
      noise = noise &* 37 &+ 11
      return place % 3 == channel ? 180 + noise % 64 : noise % 64
    }
    try Image(width: 16, height: 16, channels: 3, pixels: pixels).write(to: file)
  }
  for (split, count) in [("train", 8), ("val", 2), ("test", 2)] {
    for (channel, name) in ["red", "green"].enumerated() {
      for index in 0..<count { try write(channel, "\(split)/\(name)/\(index).png") }
    }
  }
  try FileManager.default.copyItem(
    at: root.appendingPathComponent("test/red/0.png"), to: root.appendingPathComponent("test/green/red.png"))
  return root
}

extension TrainerTests {
  /// Recipes that become runs.
  @Suite struct RecipeRunTests {
    let folder: TemporaryFolder
    let recipe: Recipe

    init() throws {
      folder = try TemporaryFolder()
      recipe = try Recipe(
        yaml: """
          model: tiny_resnet
          data: folder:\(makeColours(in: folder.url).path)
          optimizer: { learning_rate: 0.02 }
          training: { epochs: 2, batch_size: 8, loader_threads: 1, device: cpu, precision: fp32 }
          """)
    }

    @Test func theReportHasCurvesConfusionClassesAndMistakes() throws {
      let run = try recipe.makeRun(folder: folder.file("run"))
      let file = try #require(try run.finish(try run.train()).report)
      let page = try String(contentsOf: file, encoding: .utf8)
      for heading in ["Training", "Confusion", "Classes", "Most confident mistakes", "Sample predictions", "The run"] {
        #expect(page.contains("<h2>\(heading)</h2>"), "\(heading)")
      }
      let hasCurves = page.contains("alt=\"loss over epochs\"") && page.contains("alt=\"accuracy over epochs\"")
      #expect(hasCurves || page.contains("gnuplot, which is not installed"))
      #expect(page.contains("<table class=\"heat\">") && page.contains(" taken for green, "))
      let classes = try #require(page.split(separator: "<h2>Classes</h2>").last)
      #expect(classes.contains("<th scope=\"row\">green</th>") && classes.contains("<th>Recall</th>"))
      let mistakes = try #require(page.split(separator: "Most confident mistakes").last?.prefix(4000))
      #expect(mistakes.contains("<b class=\"bad\">") && mistakes.contains("<img class=\"tiny\" src=\"data:image/png;"))
    }

    @Test func aResumedRunsReportHasTheTimeFromBefore() throws {
      let first = try recipe.makeRun(folder: folder.file("run")).train()
      let again = try recipe.makeRun(folder: folder.file("run"))
      let result = try again.train(resume: true)
      #expect(result.state.seconds >= first.times.seconds(.forward))
      let forward = String(format: "%.1f s", first.times.seconds(.forward))
      let file = try #require(try again.finish(result).report)
      let page = try String(contentsOf: file, encoding: .utf8)
      #expect(page.contains("<dt>Time: forward</dt><dd>\(forward)</dd>"))
      #expect(page.contains("<dt>Duration</dt><dd>\(result.state.seconds.clockText)</dd>"))
    }

    @Test(.enabled(if: Device.count(of: .cuda) == 0, "this machine has CUDA"))
    func anAbsentDeviceIsSaidBeforeThereIsAFolder() throws {
      var recipe = recipe
      recipe.training.device = "cuda"
      let place = folder.file("run")
      let starts: [() throws -> any RecipeRun] = [
        { try recipe.makeRun(folder: place) }, { try ClassificationRun(recipe, folder: place) },
      ]
      for start in starts {
        let error = #expect(throws: RecipeError.self) { try start().train() }
        #expect(error?.description.hasPrefix("training.device: device 'cuda' is not available") == true)
      }
      #expect(!folder.has("run"))
    }

    @Test func pathsAreKeptAbsolute() throws {
      let here = FileManager.default.currentDirectoryPath
      var recipe = try Recipe(
        yaml: "data: folder:colours\nweights: a/b.pth",
        settings: ["captioning.tokenizer=tokenizer.json", "model=microsoft/resnet-50"])
      #expect(recipe.resolved.data == "folder:\(here)/colours" && recipe.resolved.weights == "\(here)/a/b.pth")
      #expect(recipe.resolved.captioning.tokenizer == "\(here)/tokenizer.json")
      #expect(recipe.resolved.model == "microsoft/resnet-50")
      #expect(recipe.resolved.resolved == recipe.resolved)
      for data in ["scenes:24", "cifar10", "folder:/a/b", "nothing:x"] {
        recipe.data = data
        #expect(recipe.resolved.data == data)
      }
    }

    @Test func theFirstDifferenceIsNamed() throws {
      let other = try Recipe(
        yaml: recipe.yaml(), settings: ["training.epochs=3", "schedule.milestones=[2]", "training.clip_norm=1"])
      let difference = try #require(try recipe.firstDifference(from: other))
      #expect(difference.key == "schedule.milestones" && difference.other == "- 2")
      let limited = try Recipe(yaml: recipe.yaml(), settings: ["training.clip_norm=1"])
      #expect(try limited.firstDifference(from: recipe)?.other == "not set")
      #expect(try recipe.firstDifference(from: Recipe(yaml: recipe.yaml())) == nil)
    }
  }
}
