import Foundation
import FoveaModels
import Testing
import Torch

// One after the other, since the largest take 600 MB with their gradients.
@Suite(.serialized) struct ClassifierTests {
  static let reference = ClassifierReference.load()
  static let numbers = MadeUpNumbers()

  /// A model of the reference: its name there, how it is made, and the image that it saw.
  struct ModelCase: Sendable, CustomTestStringConvertible {
    let name: String
    let image: [Int]
    let make: @Sendable () throws -> any ImageClassifier

    var testDescription: String { name }
  }

  static let cases: [ModelCase] =
    ClassifierArchitecture.all.filter { reference.cases[$0.name]?.logits != nil }.map { architecture in
      // The largest see a smaller image, so that the test stays quick.
      let isDeep = architecture.name.contains("101") || architecture.name.contains("152")
      let size = architecture.name == "small_vgg" ? 224 : isDeep ? 32 : 64
      return ModelCase(name: architecture.name, image: [1, 3, size, size]) { try architecture.make(classes: 10) }
    }
    + ClassifierArchitecture.all.filter { reference.cases["\($0.name)-cifar"] != nil }.map { architecture in
      ModelCase(name: "\(architecture.name)-cifar", image: [1, 3, 32, 32]) {
        try architecture.make(classes: 10, stem: .cifar)
      }
    } + [
      ModelCase(name: "googlenet-transform", image: [1, 3, 64, 64]) { GoogLeNet(classes: 10, transformInput: true) },
      ModelCase(name: "tiny", image: [1, 1, 28, 28]) {
        TinyResNet(
          stemWidth: 16,
          stages: [.init(width: 24, blocks: 1, stride: 2), .init(width: 40, blocks: 2, stride: 2)])
      },
    ]

  @Test(arguments: cases) func computesWhatPyTorchDoes(_ model: ModelCase) throws {
    let expected = try #require(ClassifierTests.reference.cases[model.name])
    let numbers = ClassifierTests.numbers
    let network = try withoutInitialization { try model.make() }.eval()
    numbers.fill(network)
    try expected.expectSame(network, image: numbers(17, model.image), numbers: numbers)
  }

  @Test(arguments: ClassifierArchitecture.all.map(\.name)) func isAsTheTableSays(_ name: String) throws {
    let architecture = try ClassifierArchitecture.named(name)
    let network = try withoutInitialization { try architecture.make() }
    #expect(network.parameterCount() == architecture.parameterCount)
    #expect(network.classes == architecture.classes)
    if let expected = ClassifierTests.reference.cases[name] ?? TransformerReference.shared.table[name] {
      let ofTen = try withoutInitialization { try architecture.make(classes: 10) }
      #expect(ofTen.parameterCount() == expected.parameters)
      #expect(ofTen.keyHash == expected.keys, "names or shapes of: \(ofTen.stateDict().keys)")
    } else {
      #expect(name == "tiny_resnet", "models.py knows nothing of \(name)")
    }
    for stem in architecture.stems {
      let grey = try withoutInitialization { try architecture.make(classes: 3, inputChannels: 1, stem: stem) }
      let first = try #require(grey.parameters().first { $0.value.rank == 4 })
      #expect(first.value.shape[1] == 1)
      #expect(grey.classes == 3)
    }
  }

  @Test(arguments: [
    "vgg11_bn", "resnet18", "resnet50", "googlenet", "efficientnet_lite0", "small_vgg", "tiny_resnet",
    "vit_tiny_patch4_32", "deit_tiny_distilled_patch16_224", "dinov2_small_reg4", "convnext_tiny",
  ])
  func weightsMoveToAnotherModelOfTheKind(_ name: String) throws {
    let architecture = try ClassifierArchitecture.named(name)
    let models = try withoutInitialization {
      try (0..<2).map { _ in try architecture.make(classes: 10, stem: architecture.stems.last) }
    }
    ClassifierTests.numbers.fill(models[0])
    try models[1].loadStateDict(models[0].stateDict())
    #expect(models[0].stateDict().keys == models[1].stateDict().keys)
    let moved = models[1].stateDict()
    for (key, tensor) in models[0].stateDict() {
      #expect(try #require(moved[key]).isEqual(to: tensor), "\(key)")
    }
  }

  @Test(arguments: ["resnet18", "resnext50_32x4d", "googlenet", "efficientnet_lite0", "vgg11_bn"])
  func seededWeightsAreThoseOfPyTorch(_ name: String) async throws {
    // In a process of its own, because other tests draw from the default generator at the same time.
    await #expect(processExitsWith: .success) { [name] in
      let architecture = try ClassifierArchitecture.named(name)
      seedAll(0)
      let network = try architecture.make(classes: 10, stem: name == "vgg11_bn" ? .cifar : nil)
      let expected = try #require(ClassifierReference.load().seeded[name])
      #expect(network.parameters().count == expected.count)
      for ((name, parameter), expected) in zip(network.namedParameters(), expected) {
        let values = parameter.value.detach().to(.float64)
        #expect(abs(Double(values.norm()) - expected[1]) <= 1e-5 * expected[1], "\(name)")
        #expect(abs(Double(values.sum()) - expected[0]) <= 1e-4 * max(1, expected[1]), "\(name)")
      }
    }
  }
}
