import FoveaModels
import Testing
import Torch

@Suite(.serialized) struct SSDTests {
  static let reference = DetectionReference("ssd")

  @Test func lossesGradientsAndObjectsAreTorchvisions() throws {
    var options = SSD.Options()
    (options.scoreThreshold, options.candidates) = (0.3, 20)
    let model = withoutInitialization { SSD(classes: 3, options: options) }
    #expect(DetectionReference.keyHash(model) == Int(try SSDTests.reference("keys")), "\(model.stateDict().keys)")
    DetectionReference.fill(model)
    for (name, parameter) in model.namedParameters() where name.hasPrefix("backbone.") { parameter.isTrainable = false }
    let images = ImageList(DetectionReference.numbers(5, [1, 3, 300, 300]), sizes: [.init(height: 300, width: 280)])
    let target = DetectionTarget(
      boxes: Boxes(Tensor(rows: [[30, 40, 120, 200], [150, 20, 260, 90]])), labels: Tensor([0, 2]))
    let losses = model.losses(images, [target])
    for (name, value) in losses.parts {
      let expected = try SSDTests.reference("loss.\(name)")
      #expect(value.detach().reshape(1).agrees(with: expected, relative: 1e-4), "\(name)")
    }
    losses.total.backward()
    try SSDTests.reference.expectSameGradients(model, tolerance: 1e-3)
    let found = withNoGrad { model.detect(images)[0] }
    let scores = try SSDTests.reference("found.0.scores")
    #expect(found.count == scores.count)
    #expect(found.scores.agrees(with: scores, relative: 1e-3, absolute: 1e-4))
    #expect(found.boxes.values.agrees(with: try SSDTests.reference("found.0.boxes"), relative: 1e-2, absolute: 0.05))
  }
}
