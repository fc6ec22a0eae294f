import Foundation
import FoveaData
import FoveaMetrics
import FoveaModels
import Testing
import Torch

@testable import FoveaTraining

/// Bright squares and dark ones on grey, in images of two sizes.
private struct Squares: Dataset {
  var count = 4
  var classNames = ["bright", "dark"]
  var split = Split.train

  func label(at index: Int) -> Int? { nil }

  subscript(index: Int) -> Sample {
    let (height, width) = index.isMultiple(of: 2) ? (64, 96) : (80, 64)
    let image = Tensor.full([3, height, width], 128, dtype: .uint8)
    let left = 8 + 4 * index
    image[0..., 10..<34, left..<left + 24] = Tensor.full([3, 24, 24], 250, dtype: .uint8)
    image[0..., 40..<60, 30..<50] = Tensor.full([3, 20, 20], 10, dtype: .uint8)
    return Sample(
      image: image,
      boxes: Boxes(Tensor(rows: [[Float(left), 10, Float(left + 24), 34], [30, 40, 50, 60]])),
      boxLabels: Tensor([0, 1]), index: index, name: "squares \(index)")
  }
}

@Suite(.serialized) struct DetectionTrainingTests {
  private var settings: DetectorSettings {
    var settings = DetectorSettings()
    (settings.pyramidWidth, settings.headWidth, settings.finestLevel) = (16, 16, 1)
    (settings.sampledRegions, settings.proposals, settings.smallestAnchor) = (32, 20, 16)
    return settings
  }

  private var input: DetectorInput { DetectorInput(shortestEdge: 64, longestEdge: 96, statistics: .imageNet) }

  private func model() throws -> any ObjectDetector {
    seedAll(1)
    return try DetectorArchitecture.named("fasterrcnn_resnet18_fpn").make(classes: 2, settings: settings)
  }

  private func loader() -> DataLoader {
    DataLoader(Squares(), batchSize: 2, transform: input.evaluation, collation: .padded(toMultipleOf: 32), threads: 0)
  }

  @Test func aRunMeasuresLossesByPartAndCOCOsNumbers() throws {
    let folder = try TemporaryFolder()
    let module = DetectionModule(try model(), classNames: ["bright", "dark"]) { model, _ in
      Optimization(AdamW(model, learningRate: 1e-3))
    }
    var options = TrainerOptions(maxEpochs: 1, monitor: Monitor("ap_50"))
    options.gradientClip = .norm(10)
    options.ema = 0.9
    let result = try Trainer(options, folder: folder.url, callbacks: [])
      .fit(module, DataLoaders(train: loader(), validation: loader()))
    #expect(result.state.epoch == 1)
    let header = try String(contentsOf: folder.url.appending(path: "metrics.csv"), encoding: .utf8).prefix {
      $0 != "\n"
    }
    for name in [
      "loss_classifier/train", "loss_rpn_box_reg/train", "loss_objectness/validation", "ap/validation",
      "ar_100/validation",
    ] {
      #expect(header.contains(name), "\(header)")
    }
    // The weights are the detector's own, under its own names.
    let saved = try StateDict(contentsOf: folder.url.appending(path: "model.safetensors"))
    #expect(Set(saved.keys) == Set(module.model.stateDict().keys))
  }

  @Test func boxesThatAreNoneAreNamed() throws {
    var batch = Batch(images: .zeros([2, 3, 32, 32]), indices: [7, 11])
    batch.boxLabels = [Tensor([0]), Tensor([0, 1])]
    for (row, words) in [
      ([Float.nan, 0, 4, 4], "nan"), ([3, 3, 3, 9], "[3.0, 3.0, 3.0, 9.0]"), ([8, 2, 4, 9], "[8.0, 2.0, 4.0, 9.0]"),
      ([0, 0, .infinity, 9], "inf"),
    ] {
      batch.boxes = [Boxes(Tensor(rows: [[0, 0, 4, 4]])), Boxes(Tensor(rows: [[1, 1, 5, 5], row]))]
      let error = try #require(throws: TrainingError.self) { try batch.detectionTargets(classes: 2) }
      #expect("\(error)".hasPrefix("sample 11, box 1: [") && "\(error)".contains(words), "\(error)")
    }
    batch.boxes = [Boxes(Tensor(rows: [[0, 0, 4, 4]])), Boxes(Tensor(rows: [[1, 1, 5, 5], [1, 1, 5, 5]]))]
    #expect(try batch.detectionTargets(classes: 2).count == 2)
    #expect(throws: TrainingError.self) { try batch.detectionTargets(classes: 1) }
    batch.boxes = []
    #expect(throws: TrainingError.self) { try batch.detectionTargets(classes: 2) }
  }

  /// A detector that finds the two objects of every image where they are.
  private final class Oracle: Module, ObjectDetector {
    let classes = 2
    func losses(_ images: ImageList, _ targets: [DetectionTarget]) -> DetectionLosses {
      DetectionLosses([("loss", .zeros([]))])
    }
    func freeze(stages count: Int) {}
    func detect(_ images: ImageList) -> [Detections] {
      images.images.unbind().map { image in
        let bright = (image[0] .> 1.2).nonzero(), dark = (image[0] .< -1.2).nonzero()
        let rows = [bright, dark].map { places -> [Float] in
          let (low, high) = (places.amin(dims: [0]).array(Float.self), places.amax(dims: [0]).array(Float.self))
          return [low[1], low[0], high[1] + 1, high[0] + 1]
        }
        return Detections(boxes: Boxes(Tensor(rows: rows)), scores: Tensor([0.9, 0.8]), labels: Tensor([0, 1]))
      }
    }
  }

  @Test func evaluationIsInPixelsOfTheOriginalImages() throws {
    // The images are made twice as large before the model sees them.
    let input = DetectorInput(shortestEdge: 128, longestEdge: 512, statistics: .imageNet)
    let pipeline = DetectionPipeline(Oracle(), input: input)
    let evaluation = try DetectorEvaluation(of: pipeline, on: Squares(), classNames: ["bright", "dark"], threads: 0)
    #expect(evaluation.found.count == 4)
    for (index, found) in evaluation.found.enumerated() {
      let gold = try #require(Squares()[index].boxes)
      #expect(found.boxes.values.isClose(to: gold.values, absolute: 1.5), "\(found.boxes.values.array(Double.self))")
    }
    #expect(evaluation.summary.averagePrecision50 == 1)
    #expect(throws: TrainingError.self) {
      try DetectorEvaluation(of: pipeline, on: Squares(), classNames: ["a", "b"], threads: 0)
    }
    // A model may know more classes than the set has. What this one takes for another class does not count.
    let more = try DetectorEvaluation(
      of: pipeline, on: Squares(), classNames: ["bright", "other", "dark"], threads: 0)
    #expect(more.summary.averagePrecision50 == 0.5)
    #expect(more.summary.classes.map { $0.averagePrecision(overlap: 0.5) } == [1, 0])
  }

  private func objects(_ found: Detections) -> [(label: Int, score: Double, box: [Double])] {
    let sides = found.boxes.values.array(Double.self)
    return zip(found.labels.array(Int.self), found.scores.array(Double.self)).enumerated().map { place, object in
      (object.0, object.1, Array(sides[4 * place..<4 * place + 4]))
    }
  }

  /// The pipeline runs networks in their folded and fused form.
  @Test(arguments: [
    "yolov5n", "fasterrcnn_resnet18_fpn", "fasterrcnn_mobilenet_v3_large_fpn", "retinanet_resnet18_fpn",
    "detr_resnet18",
  ])
  func theOptimizedFormFindsTheSame(_ name: String) throws {
    seedAll(5)
    let model = try DetectorArchitecture.named(name).make(classes: 2, settings: settings)
    model.eval()
    // Fresh heads are sure that there is nothing; so are these not.
    withNoGrad {
      for (name, bias) in model.namedParameters() where name.hasSuffix("bias") { _ = bias.value.fill_(0.5) }
    }
    let images = ImageList(Tensor.rand([1, 3, 96, 128]))
    let plain = withNoGrad { model.detect(images) }
    let optimized = model.optimized()
    let fast = optimized.run { model.detect(images) }
    #expect(optimized.packedLayerCount > 10)
    #expect(plain[0].scores.count > 0)
    let (wanted, found) = (objects(plain[0]), objects(fast[0]))
    for object in wanted.prefix(5) {
      // Where two are as sure as each other, either may come first.
      #expect(
        found.contains { other in
          other.label == object.label && abs(other.score - object.score) < 1e-3
            && zip(other.box, object.box).allSatisfy { abs($0 - $1) < 0.5 }
        }, "\(object) is none of \(found.prefix(5))")
    }
  }

  @Test func theConfigurationComesBackAndIsChecked() throws {
    let folder = try TemporaryFolder()
    var configuration = DetectorConfiguration(
      architecture: "yolov5n", settings: settings, classNames: ["a", "b"], input: input, threshold: 0.3)
    configuration.settings.anchors = YOLOAnchors.coco
    try configuration.write(to: folder.url)
    #expect(try DetectorConfiguration(folder: folder.url) == configuration)
    #expect(try VisionTask(ofModelIn: folder.url) == .detection)
    #expect(try configuration.makeModel().classes == 2)
    let file = folder.url.appending(path: "config.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    for (old, new) in [("\"shortestEdge\" : 64", "\"shortestEdge\" : -1"), ("{", "[")] {
      let changed = text.replacing(old, with: new, maxReplacements: 1)
      #expect(changed != text)
      try changed.write(to: file, atomically: true, encoding: .utf8)
      #expect(throws: RecipeError.self) { try DetectorConfiguration(folder: folder.url) }
    }
  }

  @Test(arguments: [
    ("detection: { shortest_edges: [] }", "detection.shortest_edges"),
    ("detection: { longest_edge: 9 }", "detection.longest_edge"),
    ("detection: { finest_level: 4 }", "detection.finest_level"),
    ("detection: { norm: layer }", "detection.norm"),
    ("detection: { shortest_edge: 480 }", "shortest_edges"),
  ]) func wrongRecipesAreNamed(_ yaml: String, _ key: String) throws {
    let error = try #require(throws: RecipeError.self) { try Recipe(yaml: "task: detection\n" + yaml) }
    #expect("\(error)".contains(key), "\(error)")
  }

  @Test func theRecipesOfTheRepositoryAreRead() throws {
    let recipes = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Recipes").standardized
    for name in ["fasterrcnn-bccd", "fasterrcnn-cppe5", "yolo-cppe5", "detr-roadsigns"] {
      let recipe = try Recipe(contentsOf: recipes.appending(path: "\(name).yaml"))
      #expect(recipe.task == .detection)
      #expect(throws: Never.self) { try DetectorArchitecture.named(recipe.model) }
    }
  }
}
