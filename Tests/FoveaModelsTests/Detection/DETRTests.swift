import FoveaModels
import Testing
import Torch

@Suite(.serialized) struct DETRTests {
  static let reference = DetectionReference("detr")

  private func small() -> DETR {
    var size = DETR.Size()
    (size.width, size.heads, size.hidden, size.encoderLayers, size.decoderLayers) = (32, 4, 48, 2, 2)
    (size.queries, size.dropout) = (12, 0)
    var loss = DETRLoss()
    loss.teachesAllLayers = false
    let model = withoutInitialization {
      DETR(ResNetFeatures(.resnet18, norm: .frozen, levels: 3..<4), classes: 3, size: size, loss: loss)
    }
    DetectionReference.fill(model)
    model.to(.float64).eval()
    return model
  }

  @Test func predictionsAreThoseOfTransformers() throws {
    let model = small()
    let said = try #require(withNoGrad { model.predictions(DetectionReference.images) }.last)
    #expect(said.logits.agrees(with: try DETRTests.reference("logits"), relative: 1e-6, absolute: 1e-8))
    #expect(said.boxes.values.agrees(with: try DETRTests.reference("boxes"), relative: 1e-6, absolute: 1e-8))
  }

  @Test func lossesAndGradientsAreThoseOfTransformers() throws {
    let model = small()
    let losses = model.losses(DetectionReference.images, DetectionReference.targets)
    for (name, value) in losses.parts {
      let expected = try DETRTests.reference("loss.\(name)")
      #expect(value.detach().reshape(1).agrees(with: expected, relative: 1e-6), "\(name)")
    }
    losses.total.backward()
    try DETRTests.reference.expectSameGradients(model)
  }

  @Test func everyLayerIsTaughtUnlessToldOtherwise() throws {
    let model = small()
    let last = model.losses(DetectionReference.images, DetectionReference.targets)
    model.loss.teachesAllLayers = true
    let all = model.losses(DetectionReference.images, DetectionReference.targets)
    #expect(Double(all.total.detach()) > 1.2 * Double(last.total.detach()))
  }

  @Test func objectsAreInPixelsWithoutNoObject() throws {
    let model = small()
    model.scoreThreshold = 0
    let found = withNoGrad { model.detect(DetectionReference.images) }
    #expect(found.map(\.count) == [12, 12, 12])
    for (found, size) in zip(found, DetectionReference.sizes) {
      #expect(found.labels.array(Int.self).allSatisfy { (0..<3).contains($0) })
      let corners = found.boxes.values.amax(dims: [0]).array(Double.self)
      #expect(corners[2] <= Double(size.width) && corners[3] <= Double(size.height))
      let scores = found.scores.array(Double.self)
      #expect(scores == scores.sorted(by: >))
    }
  }

  @Test func imagesWithoutObjectsHaveAFiniteLoss() {
    let model = small()
    let none = DetectionReference.sizes.map { _ in DetectionTarget(boxes: .empty, labels: Tensor([Int]())) }
    let losses = model.losses(DetectionReference.images, none)
    losses.total.backward()
    #expect(Double(losses.total.detach()).isFinite)
    #expect(Double(losses["loss_bbox"]?.detach() ?? 1) == 0)
  }

  @Test func theLargeModelHasThePublishedNumberOfParameters() throws {
    var settings = DetectorSettings()
    settings.norm = .frozen
    let model = try withoutInitialization {
      try DetectorArchitecture.named("detr_resnet50").make(classes: 91, settings: settings)
    }
    // 41,524,768 in the paper's code, whose frozen normalisations are no parameters.
    #expect(model.parameterCount() == 41_524_768)
    let keys = model.stateDict().keys
    for key in [
      "model.backbone.conv_encoder.model.layer4.2.bn3.running_var", "model.input_projection.weight",
      "model.query_position_embeddings.weight", "model.encoder.layers.5.self_attn.out_proj.bias",
      "model.decoder.layers.0.encoder_attn_layer_norm.weight", "model.decoder.layernorm.bias",
      "model.encoder.layers.0.fc1.weight",
      "class_labels_classifier.weight", "bbox_predictor.layers.2.bias",
    ] { #expect(keys.contains(key), "\(key)") }
  }
}
