import Foundation
import FoveaData
import FoveaModels
import Testing
import Torch

@testable import FoveaTraining

@Suite struct DetectorInputTests {
  /// A detector that answers with two objects, the second of which has gone astray.
  private final class Stray: Module, ObjectDetector {
    let classes = 1
    let box: [Float]
    let score: Float

    init(box: [Float], score: Float) {
      self.box = box
      self.score = score
    }

    func losses(_ images: ImageList, _ targets: [DetectionTarget]) -> DetectionLosses {
      DetectionLosses([("loss", .zeros([]))])
    }
    func freeze(stages count: Int) {}
    func detect(_ images: ImageList) -> [Detections] {
      images.sizes.map { _ in
        Detections(
          boxes: Boxes(Tensor(rows: [[1, 2, 3, 4], box])), scores: Tensor([0.98, score] as [Float]),
          labels: Tensor([0, 0]))
      }
    }
  }

  private let small = DetectorInput(shortestEdge: 32, longestEdge: 64, statistics: .imageNet)

  @Test(
    arguments: [
      ([.nan, 0, 4, 4], 0.9), ([0, 0, .infinity, 4], 0.9), ([0, 0, 4, 4], .nan),
    ] as [([Float], Float)])
  func answersThatAreNotFiniteAreNamed(_ box: [Float], _ score: Float) throws {
    let pipeline = DetectionPipeline(Stray(box: box, score: score), input: small)
    let image = Tensor.zeros([3, 32, 32], dtype: .uint8)
    let error = try #require(throws: TrainingError.self) { try pipeline([image], names: ["cells/7.png"]) }
    #expect("\(error)".hasPrefix("cells/7.png, box 1: "), "\(error)")
    let unnamed = try #require(throws: TrainingError.self) { try pipeline([image]) }
    #expect("\(unnamed)".hasPrefix("image 0, box 1: "), "\(unnamed)")
  }

  @Test func answersThatAreFiniteComeThrough() throws {
    let pipeline = DetectionPipeline(Stray(box: [0, 0, 8, 8], score: 0.5), input: small)
    #expect(try pipeline([.zeros([3, 32, 32], dtype: .uint8)])[0].count == 2)
  }

  /// As torchvision's SSD300 does it: whatever shape an image has, it becomes a square of 300 pixels, without padding.
  @Test(arguments: [ImageSize(height: 300, width: 1600), ImageSize(height: 20, width: 20)])
  func imagesForSSDBecomeSquares(_ size: ImageSize) throws {
    let input = DetectorInput(side: 300, statistics: .imageNet)
    let sample = Sample(
      image: .zeros([3, size.height, size.width], dtype: .uint8),
      boxes: Boxes(Tensor(rows: [[0, 0, Float(size.width), Float(size.height)]])), boxLabels: Tensor([0]))
    #expect(try input.evaluation(sample).image.shape == [3, 300, 300])
    let training = try input.training(AugmentationRecipe(), DetectionRecipe(), dataset: Empty())(sample)
    #expect(training.image.shape == [3, 300, 300])
    #expect(training.boxes?.values.array(Double.self) == [0, 0, 300, 300])
    #expect(input.multiple == 1 && small.multiple == 32)
  }

  private struct Empty: Dataset {
    var count = 0
    var classNames = ["a"]
    var split = Split.train
    func label(at index: Int) -> Int? { nil }
    subscript(index: Int) -> Sample { Sample(image: .zeros([3, 1, 1], dtype: .uint8)) }
  }

  @Test func edgesThatAreTooSmallForSSDAreRefused() throws {
    let recipe = "task: detection\nmodel: ssd300_vgg16\n"
    #expect(throws: Never.self) { try Recipe(yaml: recipe) }
    let error = try #require(throws: RecipeError.self) {
      try Recipe(yaml: recipe + "detection: { shortest_edges: [64] }")
    }
    #expect("\(error)".contains("detection.shortest_edges: [64]") && "\(error)".contains("ssd300_vgg16"), "\(error)")
    #expect(throws: Never.self) { try Recipe(yaml: "task: detection\ndetection: { shortest_edges: [64] }") }

    let folder = try TemporaryFolder()
    for (input, isRight) in [(DetectorInput(side: 300, statistics: .imageNet), true), (small, false)] {
      try DetectorConfiguration(
        architecture: "ssd300_vgg16", settings: DetectorSettings(), classNames: ["a"], input: input, threshold: 0.5
      ).write(to: folder.url)
      if isRight {
        #expect(try DetectorConfiguration(folder: folder.url).input == input)
      } else {
        #expect(throws: RecipeError.self) { try DetectorConfiguration(folder: folder.url) }
      }
    }
  }

  private func training(_ yaml: String) throws -> [any Transform] {
    let recipe = try Recipe(yaml: "task: detection\nmodel: yolov5n\n\(yaml)\n")
    return small.training(recipe.augmentation, recipe.detection, dataset: Empty()).steps
  }

  @Test func augmentationsAreThoseOfTheRecipe() throws {
    let none = try training("augmentation: { flip: false }")
    #expect(none.count == 2 && none[0] is MultiScaleResize && none[1] is Normalize)
    let all = try training(
      "detection: { mosaic: 0.5, photometric_distortion: true, zoom_out: 0.25, crop: true }\n"
        + "augmentation: { color_jitter: 0.2 }")
    let wanted: [any Transform.Type] = [
      Mosaic.self, ColorJitter.self, RandomPhotometricDistort.self, RandomZoomOut.self, RandomIoUCrop.self,
      MultiScaleResize.self, RandomHorizontalFlip.self, Normalize.self,
    ]
    #expect(all.map { ObjectIdentifier(type(of: $0)) } == wanted.map { ObjectIdentifier($0) }, "\(all)")
    #expect(try #require(all[3] as? RandomZoomOut).probability == 0.25)
    let safe = try training("detection: { box_safe_crop: true }\naugmentation: { flip: false }")
    #expect(safe.count == 3 && safe[0] is BoxSafeRandomCrop)
  }

  @Test(arguments: [
    ("zoom_out: 1.5", "detection.zoom_out: 1.5 is not in 0...1"), ("zoom_out: true", "detection.zoom_out"),
    ("zoom_out: .nan", "detection.zoom_out: nan is not in 0...1"), ("photometric_distortion: 0.5", "true or false"),
    ("crop: true, box_safe_crop: true", "detection.box_safe_crop: true is not possible with detection.crop"),
    ("box_safe_crops: true", "did you mean 'box_safe_crop'?"),
  ])
  func augmentationsThatMakeNoSenseAreRefused(_ keys: String, _ message: String) throws {
    let error = try #require(throws: RecipeError.self) { try Recipe(yaml: "task: detection\ndetection: { \(keys) }") }
    #expect("\(error)".contains(message), "\(error)")
  }

  /// Whole images, from their files' values to the network's.
  @Test func augmentedSamplesKeepTheirObjects() throws {
    let sample = Sample(
      image: Tensor.randint(0..<256, [3, 48, 64], generator: Generator(seed: 3)).to(.uint8),
      boxes: Boxes(Tensor(rows: [[8.0, 8, 30, 40], [20, 12, 60, 44]])), boxLabels: Tensor([0, 1]))
    var sizes: Set<[Int]> = []
    for seed in 0..<12 {
      var random = RandomSource(seed: UInt64(seed))
      var result = sample
      for step in try training("detection: { photometric_distortion: true, zoom_out: 0.5, box_safe_crop: true }") {
        result = try step(result, using: &random)
      }
      let boxes = try #require(result.boxes)
      #expect(boxes.count == 2 && result.boxLabels?.array(Int.self) == [0, 1])
      #expect(boxes.areAtLeast(1).all().item(Bool.self) && result.image.isFinite().all().item(Bool.self))
      sizes.insert(boxes.values.to(.int64).array(Int.self))
    }
    #expect(sizes.count > 6)
  }

  /// The image's file is not there: what the set knows of it is enough.
  @Test func sizesOfBoxesNeedNoImages() {
    func object(_ left: Double, _ right: Double, isCrowd: Bool = false) -> AnnotatedObject {
      AnnotatedObject(
        left: left, top: 10, right: right, bottom: 30, className: "a", label: 0, isCrowd: isCrowd, name: "object")
    }
    let image = AnnotatedImage(
      file: URL(filePath: "/nowhere/1.png"), id: 1, size: ImageSize(height: 64, width: 96),
      objects: [object(0, 40), object(0, 96, isCrowd: true)])
    let dataset = DetectionDataset(images: [image], classNames: ["a"], split: .train)
    let sizes = DetectionRun.boxSizes(in: dataset, small)
    #expect(sizes.map(\.width) == [20] && sizes.map(\.height) == [10])
  }
}
