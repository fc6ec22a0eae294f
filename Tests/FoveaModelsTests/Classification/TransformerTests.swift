import Foundation
import Testing
import Torch

@testable import FoveaModels

@Suite(.serialized) struct TransformerTests {
  static let reference = TransformerReference.shared
  static let numbers = MadeUpNumbers()

  private func load(_ name: String) throws -> any ImageClassifier {
    let make = try #require(TinyModels.all[name])
    let model = make()
    try model.loadPretrained(ClassifierArchitecture.renamed(TransformerReference.weights(name)))
    model.to(.float64).eval()
    return model
  }

  private func images(_ place: Int = 17, _ height: Int = 32, _ width: Int = 32) -> Tensor {
    Self.numbers(place, [2, 3, height, width]).to(.float64)
  }

  private func expectClose(_ found: Tensor, _ expected: [Double]) {
    let largest = expected.map(abs).max() ?? 0
    #expect(found.count == expected.count)
    for (found, expected) in zip(found.array(Double.self), expected) {
      #expect(abs(found - expected) <= 1e-5 * largest)
    }
  }

  @Test(arguments: TinyModels.all.keys.sorted()) func logitsAndGradientsAreThoseOfTheLibrary(_ name: String) throws {
    let expected = try #require(Self.reference.cases[name])
    let model = try load(name)
    let logits = model(images())
    expectClose(logits, try #require(expected.logits))
    (logits * Self.numbers(3, [2, 3])).sum().backward()
    let own = model.stateDict()
    var gradients = StateDict()
    for (key, parameter) in model.namedParameters() { gradients[key] = parameter.grad }
    let weights = TransformerTests.published(own, of: model, name: name)
    let named = TransformerTests.published(gradients, of: model, name: name)
    let all = try #require(expected.gradients)
    #expect(all.count >= 10)
    // Keys' biases get none, but for roundings: softmax does not see them.
    let largest = all.values.map { $0[1] }.max() ?? 0
    for (key, digest) in all {
      let gradient = try #require(named[key], "no gradient of \(key)").to(.float64)
      let weight = try #require(weights[key]).to(.float64)
      #expect(abs(Double(gradient.norm()) - digest[1]) <= 1e-5 * max(digest[1], largest / 10), "\(key)")
      let product = Double((gradient * weight).sum())
      let scale = max(digest[1], largest / 10) * Double(weight.norm())
      #expect(abs(product - digest[0]) <= 1e-5 * scale, "\(key)")
    }
  }

  /// A state dict under the names of the library that saved the fixture.
  static func published(_ state: StateDict, of model: any ImageClassifier, name: String) -> StateDict {
    if name.hasPrefix("timm") { return state }
    switch model {
    case let model as VisionTransformer: return model.transformersWeights(state)
    case let model as ConvNeXt: return model.transformersWeights(state)
    default: return state
    }
  }

  @Test(arguments: ["torchvision-vit", "torchvision-convnext"]) func torchvisionsNamesAreKnown(_ name: String) throws {
    let model: any ImageClassifier =
      name == "torchvision-vit"
      ? VisionTransformer(TinyModels.timm(), classes: 3)
      : ConvNeXt(.init(depths: [1, 2], widths: [8, 16]), classes: 3)
    #expect(try model.loadPretrained(ClassifierArchitecture.renamed(TransformerReference.weights(name))).isClean)
    model.to(.float64).eval()
    expectClose(withNoGrad { model(images()) }, try #require(Self.reference.cases[name]?.logits))
  }

  @Test(arguments: ["vit", "deit", "deit-teacher", "dinov2", "dinov2-registers", "convnext"])
  func imagesOfAnotherSizeGiveWhatTransformersGives(_ name: String) throws {
    let expected = try #require(Self.reference.cases[name]?.resized)
    let model = try load(name)
    expectClose(withNoGrad { model(images(29, 48, 40)) }, expected)
  }

  @Test(arguments: ["timm-vit", "timm-deit"]) func positionsAreFittedOnLoadingAsTimmFitsThem(_ name: String) throws {
    let expected = try #require(Self.reference.cases[name]?.resized)
    var configuration = TinyModels.timm { $0.imageSize = 48 }
    if name == "timm-deit" { configuration.distillation = .tokenAndHead }
    let model = VisionTransformer(configuration, classes: 3)
    try model.loadPretrained(TransformerReference.weights(name))
    model.to(.float64).eval()
    expectClose(withNoGrad { model(images(29, 48, 48)) }, expected)
  }

  @Test(arguments: ["vit", "deit-teacher", "dinov2", "dinov2-registers"])
  func attentionsAndHiddenStatesAreThoseOfTransformers(_ name: String) throws {
    let expected = try #require(Self.reference.cases[name])
    let model = try #require(try load(name) as? VisionTransformer)
    let details = withNoGrad { model.details(of: images()) }
    expectClose(details.logits, try #require(expected.logits))
    let attentions = try #require(expected.attentions)
    #expect(details.attentions.count == attentions.count)
    for (index, (found, expected)) in zip(details.attentions, attentions).enumerated() {
      expectDigest(found, expected, "attention \(index)")
    }
    let hiddenStates = try #require(expected.hiddenStates)
    #expect(details.hiddenStates.count == hiddenStates.count)
    for (index, (found, expected)) in zip(details.hiddenStates, hiddenStates).enumerated() {
      expectDigest(found, expected, "hidden state \(index)")
    }
    #expect(details.rows == 4 && details.columns == 4)
    #expect(details.attentions[0].shape[3] == details.prefixTokens + 16)
    let rows = details.attentions[1].sum(dim: -1)
    #expect(Double((rows - 1).abs().max()) < 1e-9)
  }

  @Test func aModelWithoutAHeadIsABackbone() throws {
    let model = VisionTransformer(TinyModels.vit, classes: 3)
    let published = VisionTransformer.renamed(try TransformerReference.weights("vit-backbone"))
    #expect(throws: LoadError.self) { try model.loadPretrained(published) }
    let report = try model.loadPretrained(published, newHead: true)
    #expect(report.missing == ["head.weight", "head.bias"])
    model.to(.float64).eval()
    let expected = try #require(Self.reference.cases["vit-backbone"]?.tokens)
    expectDigest(withNoGrad { model.tokens(images()) }, expected, "tokens")
  }

  @Test func timmsRegistersHaveNoPositionForTheClassToken() throws {
    var configuration = TinyModels.timm { $0.layerScale = 1 }
    configuration.registers = 4
    let model = VisionTransformer(configuration, classes: 3)
    try model.loadPretrained(TransformerReference.weights("timm-registers"))
    model.to(.float64).eval()
    let expected = try #require(Self.reference.cases["timm-registers"]?.tokens)
    expectDigest(withNoGrad { model.tokens(images()) }, expected, "tokens")
  }

  @Test(arguments: ["vit_base_patch16_224", "deit_tiny_distilled_patch16_224", "convnext_tiny", "dinov2_small"])
  func publishedSizesComputeWhatTimmDoes(_ name: String) throws {
    let expected = try #require(Self.reference.table[name])
    let size = try #require(expected.size)
    let network = try withoutInitialization {
      try ClassifierArchitecture.named(name).make(classes: 10, imageSize: size)
    }.eval()
    Self.numbers.fill(network)
    try expected.expectSame(network, image: Self.numbers(17, [1, 3, size, size]), numbers: Self.numbers)
  }

  @Test(arguments: ["vit", "deit", "deit-teacher", "dinov2", "dinov2-registers", "convnext"])
  func namesGoThereAndBack(_ name: String) throws {
    let published = try TransformerReference.weights(name)
    let make = try #require(TinyModels.all[name])
    let model = make()
    try model.loadPretrained(ClassifierArchitecture.renamed(published))
    let exported = TransformerTests.published(model.stateDict(), of: model, name: name)
    #expect(Set(exported.keys) == Set(published.keys))
    for (key, tensor) in exported where !key.hasSuffix("mask_token") {
      #expect(tensor.isEqual(to: try #require(published[key])), "\(key)")
    }
  }

  @Test func filesOfPublishedSizesAreRecognised() throws {
    for name in ["vit_tiny_patch16_224", "deit_small_distilled_patch16_224", "dinov2_small_reg4", "convnext_tiny"] {
      let model = try withoutInitialization { try ClassifierArchitecture.named(name).make(classes: 7) }
      let state = TransformerTests.published(model.stateDict(), of: model, name: "")
      let found = try #require(ClassifierArchitecture.identify(state), "\(name)")
      #expect(found.architecture.name == name && found.classes == 7)
      #expect(found.imageSize == found.architecture.inputSize)
    }
    let larger = try withoutInitialization {
      try ClassifierArchitecture.named("vit_tiny_patch16_224").make(imageSize: 384)
    }
    #expect(ClassifierArchitecture.identify(larger.stateDict())?.imageSize == 384)
  }

  @Test func namesOfOtherPatchesAndSizesAreUnderstood() throws {
    for architecture in ClassifierArchitecture.all {
      guard let named = ClassifierArchitecture.transformer(named: architecture.name) else { continue }
      #expect(named.transformer == architecture.transformer, "\(architecture.name)")
      #expect(named.pixels == architecture.pixels && named.inputSize == architecture.inputSize)
      // The small one for CIFAR was not published; it has ten classes here.
      if architecture.classes == 1000 { #expect(named.parameterCount == architecture.parameterCount) }
    }
    for name in ["vit_tiny_patch16_384", "vit_small_patch32_224", "deit_base_distilled_patch16_384"] {
      let architecture = try ClassifierArchitecture.named(name)
      let model = try withoutInitialization { try architecture.make() }
      #expect(model.parameterCount() == architecture.parameterCount, "\(name)")
    }
    for name in [
      "vit_tiny_patch16_8", "vit_tiny_patch0_224", "vit_tiny_distilled_patch16_224", "vit_huge_patch14_224",
      "vit_tiny_patch16_224_in21k", "xvit_tiny_patch16_224", "vit_tiny_patch16_99999",
    ] {
      #expect(throws: ArchitectureError.self, "\(name)") { try ClassifierArchitecture.named(name) }
    }
  }

  @Test func oddNamesAndShapesAreReportedAndHarmNothing() throws {
    let model = VisionTransformer(TinyModels.vit, classes: 3)
    let published = try TransformerReference.weights("vit")
    let odd: [(String, Tensor)] = [
      ("vit.encoder.layer.-1.output.dense.bias", 0), ("vit.encoder.layer.01.output.dense.bias", 0),
      ("vit.encoder.layer.99999999999999999999.output.dense.bias", 0), ("blocks.", 0), ("layers..", 0), ("", 0),
      ("layernorm.weight", .ones([16])), ("vit.layers.0.attention.q_proj.weight", .zeros([16, 16])),
      ("pos_embed", .zeros([0, 0, 0])),
    ]
    for (name, tensor) in odd {
      var state = published
      state[name] = tensor
      let renamed = ClassifierArchitecture.renamed(state)
      #expect(renamed.count == model.stateDict().count + 1, "\(name)")
      #expect(throws: LoadError.self, "\(name)") { try model.loadPretrained(renamed) }
    }
    for key in published.keys {
      for tensor in [Tensor(0), .zeros([2, 3]), .zeros([1, 1, 16])] {
        var state = published
        if tensor.shape == published[key]?.shape { continue }
        state[key] = tensor
        _ = ClassifierArchitecture.identify(state)
        #expect(throws: LoadError.self, "\(key) \(tensor.shape)") {
          try model.loadPretrained(ClassifierArchitecture.renamed(state))
        }
      }
    }
  }

  @Test func impossibleConfigurationsSayWhy() {
    var configuration = VisionTransformer.Configuration(width: 16, depth: 2, heads: 3)
    #expect(configuration.problem == "3 heads do not divide a width of 16")
    configuration.heads = 4
    #expect(configuration.problem == nil)
    configuration.patchSize = 300
    #expect(configuration.problem == "an image of 224 pixels has no patch of 300")
    configuration.depth = 0
    #expect(configuration.problem == "depth is 0, but has to be positive")
    #expect(ConvNeXt.Configuration(depths: [1], widths: []).problem == "1 depths for 0 widths")
    #expect(throws: ArchitectureError.tooSmall(imageSize: 8, patch: 16, architecture: "vit_tiny_patch16_224")) {
      try ClassifierArchitecture.named("vit_tiny_patch16_224").make(imageSize: 8)
    }
  }
}
