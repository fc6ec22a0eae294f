import FoveaModels
import Testing
import Torch

@Suite(.serialized) struct DetectorArchitectureTests {
  /// Settings that keep a test quick.
  private var tiny: DetectorSettings {
    var settings = DetectorSettings()
    (settings.pyramidWidth, settings.headWidth, settings.finestLevel) = (16, 16, 1)
    (settings.sampledRegions, settings.proposals, settings.queries) = (16, 20, 8)
    return settings
  }

  @Test(
    arguments: DetectorArchitecture.all.map(\.name).filter {
      !$0.contains("50") && $0 != "yolov5s" && $0 != "ssd300_vgg16"
    })
  func eachLearnsAndDetects(_ name: String) throws {
    let model = try DetectorArchitecture.named(name).make(classes: 2, settings: tiny)
    #expect(model.classes == 2)
    let images = ImageList(
      Tensor.rand([2, 3, 64, 96], generator: Generator(seed: 1)),
      sizes: [.init(height: 64, width: 96), .init(height: 50, width: 70)])
    let targets = [
      DetectionTarget(boxes: Boxes(Tensor(rows: [[5, 5, 50, 60]])), labels: Tensor([1])),
      DetectionTarget(boxes: .empty, labels: Tensor([Int]())),
    ]
    let losses = model.losses(images, targets)
    losses.total.backward()
    #expect(losses.parts.allSatisfy { Double($0.value.detach()).isFinite })
    let reached = model.parameters().filter { $0.grad != nil }.count
    #expect(reached > model.parameters().count * 9 / 10, "\(reached) of \(model.parameters().count)")
    model.eval()
    let found = withNoGrad { model.detect(images) }
    #expect(found.count == 2)
    for found in found {
      #expect(found.boxes.count == found.count && found.scores.count == found.count)
      #expect(found.labels.array(Int.self).allSatisfy { (0..<2).contains($0) })
    }
  }

  @Test func unknownNamesAndNumbersAreErrors() throws {
    #expect(throws: ArchitectureError.unknown(name: "yolov5", nearest: "yolov5s")) {
      try DetectorArchitecture.named("yolov5")
    }
    let architecture = try DetectorArchitecture.named("fasterrcnn_resnet18_fpn")
    #expect(throws: ArchitectureError.notPositive(field: "classes", value: 0)) { try architecture.make(classes: 0) }
    var settings = DetectorSettings()
    settings.headWidth = 0
    #expect(throws: ArchitectureError.notPositive(field: "headWidth", value: 0)) {
      try architecture.make(classes: 1, settings: settings)
    }
  }

  @Test func weightsOfOtherClassesKeepTheRest() throws {
    let architecture = try DetectorArchitecture.named("fasterrcnn_resnet18_fpn")
    let published = try architecture.make(classes: 5, settings: tiny)
    let model = try architecture.make(classes: 2, settings: tiny)
    let report = try model.loadPretrained(published.stateDict())
    #expect(report.misshapen.count == 4)
    let (own, source) = (model.stateDict(), published.stateDict())
    for (key, tensor) in own where !key.contains("box_predictor") {
      #expect(tensor.isEqual(to: try #require(source[key])), "\(key)")
    }
    var broken = published.stateDict()
    broken["rpn.head.cls_logits.bias"] = .zeros([1])
    #expect(throws: LoadError.self) { try model.loadPretrained(broken) }
  }

  @Test func olderNamesOfTorchvisionAreRead() throws {
    let model = try DetectorArchitecture.named("fasterrcnn_resnet18_fpn").make(classes: 2, settings: tiny)
    let older = model.stateDict().mapKeys { key in
      key.replacing("rpn.head.conv.0.0.", with: "rpn.head.conv.")
        .replacing(#/(backbone\.fpn\.\w+_blocks\.\d)\.0\./#) { "\($0.1)." }
    }
    #expect(older.keys.contains("backbone.fpn.inner_blocks.0.weight") && older.keys.contains("rpn.head.conv.bias"))
    #expect(try model.loadPretrained(older).isClean)
  }

  @Test func aClassifiersWeightsGoIntoTheBackbone() throws {
    var settings = tiny
    settings.norm = .frozen
    let classifier = ResNet(.resnet18)
    let model = try DetectorArchitecture.named("fasterrcnn_resnet18_fpn").make(classes: 2, settings: settings)
    let report = try model.loadPretrained(classifier.stateDict())
    #expect(report.missing.allSatisfy { !$0.hasPrefix("backbone.body.") } && !report.missing.isEmpty)
    let key = "layer4.1.conv2.weight"
    let loaded = try #require(model.stateDict()["backbone.body.\(key)"])
    #expect(loaded.isEqual(to: try #require(classifier.stateDict()[key])))
  }
}
