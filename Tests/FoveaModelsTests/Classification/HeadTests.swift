import FoveaModels
import Testing
import Torch

@Suite struct HeadTests {
  private func small(classes: Int) -> TinyResNet {
    TinyResNet(classes: classes, stemWidth: 4, stages: [.init(width: 8, blocks: 1, stride: 2)])
  }

  @Test(arguments: ["vgg11_bn", "resnet18", "googlenet", "efficientnet_lite0", "small_vgg", "tiny_resnet"])
  func aNewHeadHasOtherClassesAndFreshWeights(_ name: String) throws {
    let model = try withoutInitialization { try ClassifierArchitecture.named(name).make() }.to(.float64)
    let before = model.stateDict()
    let inputs = model.head.inputs
    model.replaceHead(classes: 7)
    #expect(model.classes == 7)
    #expect(model.head.weight.value.shape == [7, inputs])
    #expect(model.head.weight.value.dtype == .float64)
    #expect(Double(model.head.weight.value.detach().std()) > 0)
    let after = model.stateDict()
    #expect(after.keys == before.keys)
    #expect(after.filter { key, tensor in before[key]?.shape != tensor.shape }.count == 2)
  }

  @Test func weightsForOtherClassesAreAnErrorUnlessANewHeadIsAskedFor() throws {
    let published = small(classes: 5).stateDict()
    let model = small(classes: 3)
    let before = model.stateDict().map { $0.value.clone() }
    let error = try #require(throws: LoadError.self) { try model.loadPretrained(published) }
    #expect(error.report.misshapen.map(\.name) == ["fc.weight", "fc.bias"])
    #expect(zip(before, model.stateDict()).allSatisfy { $0.isEqual(to: $1.value) })

    let report = try model.loadPretrained(published, newHead: true)
    #expect(report.misshapen.map(\.name) == ["fc.weight", "fc.bias"])
    #expect(report.misshapen.first?.expected == [3, 8])
    for (index, (key, tensor)) in model.stateDict().enumerated() {
      let source = key.hasPrefix("fc.") ? before[index] : try #require(published[key])
      #expect(tensor.isEqual(to: source), "\(key)")
    }
  }

  @Test func weightsWithoutAHeadNeedANewOne() throws {
    var published = small(classes: 3).stateDict()
    published["fc.weight"] = nil
    published["fc.bias"] = nil
    let model = small(classes: 3)
    #expect(throws: LoadError.self) { try model.loadPretrained(published) }
    #expect(try model.loadPretrained(published, newHead: true).missing == ["fc.weight", "fc.bias"])
  }

  @Test func aFittingHeadIsLoadedAlsoWhereANewOneIsAllowed() throws {
    let published = small(classes: 3)
    let model = small(classes: 3)
    #expect(try model.loadPretrained(published.stateDict(), newHead: true).isClean)
    #expect(model.fc.weight.value.isEqual(to: published.fc.weight.value))
  }

  @Test func otherMisfitsStayErrors() throws {
    var published = small(classes: 5).stateDict()
    published["conv1.weight"] = .zeros([4, 3, 3, 3])
    let model = small(classes: 3)
    let before = model.conv1Weights
    let error = try #require(throws: LoadError.self) { try model.loadPretrained(published, newHead: true) }
    #expect(error.report.misshapen.map(\.name) == ["conv1.weight"])
    #expect(model.conv1Weights.isEqual(to: before))
  }

  @Test func auxiliaryHeadsOfGoogLeNetAreLeftOut() throws {
    let model = withoutInitialization { GoogLeNet() }
    var published = model.stateDict()
    published["aux1.conv.conv.weight"] = .zeros([128, 512, 1, 1])
    published["aux2.fc2.bias"] = .zeros([1000])
    #expect(try model.loadPretrained(published).isClean)
    published["aux3.fc2.bias"] = .zeros([1000])
    #expect(throws: LoadError.self) { try model.loadPretrained(published) }
  }

  @Test func efficientNetReadsThePublishedNames() throws {
    let model = withoutInitialization { EfficientNetLite0(convention: .tensorFlow) }
    let names: [(published: String, own: String)] = [
      ("_conv_stem.weight", "conv_stem.weight"),
      ("_bn0.running_var", "bn1.running_var"),
      ("_blocks.0._depthwise_conv.weight", "blocks.0.0.conv_dw.weight"),
      ("_blocks.0._bn1.bias", "blocks.0.0.bn1.bias"),
      ("_blocks.0._project_conv.weight", "blocks.0.0.conv_pw.weight"),
      ("_blocks.0._bn2.bias", "blocks.0.0.bn2.bias"),
      ("_blocks.4._expand_conv.weight", "blocks.2.1.conv_pw.weight"),
      ("_blocks.15._bn0.bias", "blocks.6.0.bn1.bias"),
      ("_blocks.15._bn1.bias", "blocks.6.0.bn2.bias"),
      ("_blocks.15._project_conv.weight", "blocks.6.0.conv_pwl.weight"),
      ("_blocks.15._bn2.bias", "blocks.6.0.bn3.bias"),
      ("_conv_head.weight", "conv_head.weight"),
      ("_bn1.weight", "bn2.weight"),
      ("_fc.bias", "classifier.bias"),
    ]
    var published = model.stateDict()
    for (old, new) in names {
      published[old] = published[new]
      published[new] = nil
    }
    let renamed = EfficientNetLite0.renamed(published)
    #expect(Set(renamed.keys) == Set(model.stateDict().keys))
    #expect(try model.loadPretrained(renamed).isClean)

    let odd: StateDict = [
      "_blocks.01._bn0.bias": 0, "_blocks.16._bn0.bias": 0, "_bn0.weight": 0, "bn1.weight": 0, "_fc": 0, "": 0,
    ]
    #expect(EfficientNetLite0.renamed(odd).keys == odd.keys)
  }
}

extension Module {
  fileprivate var conv1Weights: Tensor { stateDict()["conv1.weight"]?.clone() ?? .zeros([0]) }
}
