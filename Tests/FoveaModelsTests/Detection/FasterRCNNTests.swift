import FoveaModels
import Testing
import Torch

@Suite(.serialized) struct FasterRCNNTests {
  static let reference = DetectionReference("fasterrcnn")

  /// torchvision's model of the reference, in double precision.
  private func small() -> FasterRCNN {
    var rpn = RegionProposalNetwork.Options()
    // So large that nothing is drawn at random.
    rpn.sampledAnchors = 100_000
    rpn.trainingProposals = 60
    rpn.proposals = 60
    var roi = RoIHeads.Options()
    roi.sampledRegions = 100_000
    let model = withoutInitialization {
      FasterRCNN(
        PyramidBackbone(ResNetFeatures(.resnet18, norm: .frozen), width: 64),
        anchors: .fasterRCNN(levels: 5, smallest: 8), classes: 3, headWidth: 32, rpn: rpn, roi: roi)
    }
    DetectionReference.fill(model)
    model.to(.float64)
    return model
  }

  @Test func lossesGradientsAndObjectsAreTorchvisions() throws {
    let model = small()
    try FasterRCNNTests.reference.expectSame(
      model, images: DetectionReference.images, targets: DetectionReference.targets)
  }

  @Test func proposalsAreTorchvisions() throws {
    let model = small().eval()
    let images = DetectionReference.images
    let proposals = withNoGrad { model.rpn(images, features: model.backbone(images.images)).proposals }
    let expected = try FasterRCNNTests.reference("proposals.0")
    #expect(proposals[0].values.shape == expected.shape)
    #expect(proposals[0].values.agrees(with: expected, relative: 1e-5, absolute: 1e-5))
  }

  @Test func publishedWeightsHaveTheNamesOfResNet50s() throws {
    let model = withoutInitialization {
      FasterRCNN(
        PyramidBackbone(ResNetFeatures(.resnet50, norm: .frozen)), anchors: .fasterRCNN(levels: 5), classes: 90)
    }
    let expected = try FasterRCNNTests.reference("keys.fasterrcnn_resnet50_fpn")
    #expect(DetectionReference.keyHash(model) == Int(expected), "\(model.stateDict().keys)")
  }

  /// The collection trained its first class as background, and could never find it.
  @Test func theFirstClassIsNotTheBackground() throws {
    let model = withoutInitialization {
      FasterRCNN(
        PyramidBackbone(ResNetFeatures(.resnet18, norm: .frozen), width: 8), anchors: .fasterRCNN(levels: 5),
        classes: 2, headWidth: 8)
    }
    DetectionReference.fill(model)
    // The last layer calls everything the first user's class.
    let predictor = model.roiHeads.boxPredictor
    for (name, parameter) in predictor.namedParameters() where name.hasPrefix("cls_score") {
      withNoGrad { _ = parameter.value.zero_() }
      if name.hasSuffix("bias") { withNoGrad { parameter.value[1] = Tensor(20.0 as Float) } }
    }
    let images = ImageList(Tensor.rand([1, 3, 64, 64], generator: Generator(seed: 1)))
    model.eval()
    let found = withNoGrad { model.detect(images)[0] }
    #expect(found.count > 0)
    #expect(found.labels.array(Int.self).allSatisfy { $0 == 0 })
    // And such a model has nothing to learn about objects of class 0, but much about those of class 1.
    func classLoss(_ label: Int) throws -> Double {
      let target = DetectionTarget(boxes: Boxes(Tensor(rows: [[8, 8, 40, 40]])), labels: Tensor([label]))
      let proposals = [Boxes<XYXY>(Tensor(rows: [[8, 8, 40, 40]]))]
      let maps = Array(withNoGrad { model.backbone(images.images) }[..<4])
      let losses = model.roiHeads.losses(images, features: maps, proposals: proposals, [target])
      return Double(try #require(losses["loss_classifier"]).detach())
    }
    #expect(try classLoss(0) < 1e-6)
    #expect(try classLoss(1) > 10)
  }

  @Test func aNewHeadHasOtherClasses() {
    let model = small()
    model.replaceHead(classes: 7)
    #expect(model.classes == 7)
    #expect(model.stateDict()["roi_heads.box_predictor.bbox_pred.weight"]?.shape == [32, 32])
  }

  @Test func frozenStagesGetNoGradient() {
    let features = withoutInitialization { ResNetFeatures(.resnet18) }
    let all = features.parameterCount(trainableOnly: true)
    features.freeze(stages: 2)
    let names = features.namedParameters().filter { !$0.parameter.isTrainable }.map(\.name)
    #expect(names.allSatisfy { $0.hasPrefix("conv1") || $0.hasPrefix("bn1") || $0.hasPrefix("layer1") })
    #expect(features.parameterCount(trainableOnly: true) == all - 9_536 - 147_968)
    #expect(!features.stateDict().keys.contains { $0.hasPrefix("fc") })
  }
}

extension FasterRCNNTests {
  @Test func mobileNetsMapsAreTorchvisions() throws {
    let body = withoutInitialization { MobileNetV3Features(norm: .frozen) }
    DetectionReference.fill(body)
    body.to(.float64).eval()
    let maps = withNoGrad { body(DetectionReference.images.images) }
    #expect(maps.map { $0.shape[1] } == body.channels)
    for (index, map) in maps.enumerated() {
      let expected = try FasterRCNNTests.reference("mobilenet.\(index)").array(Double.self)
      let length = Double(map.norm())
      #expect(abs(length - expected[0]) < 1e-6 * expected[0])
      let product = Double((map * DetectionReference.numbers(3, map.shape.sizes)).sum())
      #expect(abs(product - expected[1]) < 1e-6 * length)
    }
  }

  @Test func publishedWeightsHaveTheNamesOfMobileNets() throws {
    let model = withoutInitialization {
      FasterRCNN(
        PyramidBackbone(MobileNetV3Features(norm: .frozen)),
        anchors: AnchorGenerator(sizes: Array(repeating: [32, 64, 128, 256, 512], count: 3)), classes: 90)
    }
    let expected = try FasterRCNNTests.reference("keys.fasterrcnn_mobilenet_v3_large_fpn")
    #expect(DetectionReference.keyHash(model) == Int(expected), "\(model.stateDict().keys)")
  }
}
