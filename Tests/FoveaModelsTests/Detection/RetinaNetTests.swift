import FoveaModels
import Testing
import Torch

@Suite(.serialized) struct RetinaNetTests {
  static let reference = DetectionReference("retinanet")

  @Test func lossesGradientsAndObjectsAreTorchvisions() throws {
    var options = RetinaNet.Options()
    // Random weights are sure of much: only the surest are compared.
    options.scoreThreshold = 0.6
    options.candidates = 50
    let model = withoutInitialization {
      RetinaNet(
        PyramidBackbone(ResNetFeatures(.resnet18, norm: .frozen, levels: 1..<4), width: 64, extra: .convolutions),
        anchors: .retinaNet(smallest: 8), classes: 3, options: options)
    }
    DetectionReference.fill(model)
    model.to(.float64)
    try RetinaNetTests.reference.expectSame(
      model, images: DetectionReference.images, targets: DetectionReference.targets)
  }

  @Test func publishedWeightsHaveTheNamesOfResNet50s() throws {
    var settings = DetectorSettings()
    settings.norm = .frozen
    let model = try withoutInitialization {
      try DetectorArchitecture.named("retinanet_resnet50_fpn").make(classes: 91, settings: settings)
    }
    let expected = try RetinaNetTests.reference("keys.retinanet_resnet50_fpn")
    #expect(DetectionReference.keyHash(model) == Int(expected), "\(model.stateDict().keys)")
  }
}
