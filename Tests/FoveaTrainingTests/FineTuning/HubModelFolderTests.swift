import Foundation
import FoveaData
import FoveaImaging
import FoveaModels
import FoveaTraining
import Testing
import Torch

@Suite struct HubModelFolderTests {
  static let input = ClassifierInput(
    size: ImageSize(16), resize: 20, channels: 3,
    statistics: ChannelStatistics(mean: [0.4, 0.5, 0.6], standardDeviation: [0.2, 0.3, 0.25]))

  /// One small network of each family that transformers has.
  static let models: [String: @Sendable () -> any ImageClassifier] = [
    "ViTForImageClassification": { VisionTransformer(TinyTransformer.configuration, classes: 3) },
    "DeiTForImageClassification": { transformer { $0.distillation = .token } },
    "DeiTForImageClassificationWithTeacher": { transformer { $0.distillation = .tokenAndHead } },
    "Dinov2ForImageClassification": {
      transformer {
        $0.layerScale = 1
        $0.pooling = .classTokenAndMeanOfPatches
      }
    },
    "Dinov2WithRegistersForImageClassification": {
      transformer {
        $0.layerScale = 1
        $0.pooling = .classTokenAndMeanOfPatches
        $0.registers = 4
      }
    },
    "ConvNextForImageClassification": { ConvNeXt(.init(depths: [1, 1], widths: [8, 16]), classes: 3) },
  ]

  static func transformer(_ change: (inout VisionTransformer.Configuration) -> Void) -> VisionTransformer {
    var configuration = TinyTransformer.configuration
    change(&configuration)
    return VisionTransformer(configuration, classes: 3)
  }

  private func write(_ name: String, to folder: URL) throws -> any ImageClassifier {
    let make = try #require(Self.models[name])
    let model = make()
    // Biases and positions that show whether they are where they belong.
    withNoGrad {
      for parameter in model.parameters() { _ = parameter.value.add_(.randn(parameter.value.shape.sizes) * 0.1) }
    }
    var folderWriter = try HubModelFolder(model, classNames: ["red", "green", "blue \"sky\""], input: Self.input)
    folderWriter.card.metrics = ["accuracy": 0.5]
    folderWriter.card.baseModel = "some/model"
    try folderWriter.write(to: folder)
    return model
  }

  @Test(arguments: models.keys.sorted()) func theFolderHoldsTheModel(_ name: String) throws {
    let folder = try TemporaryFolder()
    let model = try write(name, to: folder.url)
    let data = try Data(contentsOf: folder.file("config.json"))
    let fields = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(fields["architectures"] as? [String] == [name])
    #expect((fields["id2label"] as? [String: String])?["2"] == "blue \"sky\"")
    #expect((fields["label2id"] as? [String: Int])?["green"] == 1)
    let stored = try StateDict(contentsOf: folder.file("model.safetensors"))
    #expect(stored.metadata["format"] == "pt")
    let make = try #require(Self.models[name])
    let other = make()
    #expect(try other.loadPretrained(ClassifierArchitecture.renamed(stored)).isClean)
    for (key, tensor) in model.stateDict() {
      #expect(try #require(other.stateDict()[key]).isEqual(to: tensor), "\(key)")
    }
    let card = try String(contentsOf: folder.file("README.md"), encoding: .utf8)
    #expect(card.hasPrefix("---\nlibrary_name: transformers\n") && card.contains("| accuracy | 0.5000 |"))
    #expect(card.contains("base_model: \"some/model\""))
  }

  @Test func adaptersAreTakenIntoTheWeights() throws {
    let folder = try TemporaryFolder()
    let model = VisionTransformer(TinyTransformer.configuration, classes: 3).eval()
    model.addLowRankAdapters(rank: 2, alpha: 4)
    withNoGrad {
      for (name, parameter) in model.namedParameters() where name.hasSuffix("lora_b") { _ = parameter.value.normal_() }
    }
    let images = Tensor.randn([2, 3, 16, 16])
    let expected = withNoGrad { model(images) }
    try HubModelFolder(model, classNames: TinyTransformer.classNames, input: Self.input).write(to: folder.url)
    let other = VisionTransformer(TinyTransformer.configuration, classes: 3).eval()
    try other.loadPretrained(
      ClassifierArchitecture.renamed(StateDict(contentsOf: folder.file("model.safetensors"))))
    #expect(withNoGrad { other(images) }.isClose(to: expected, relative: 1e-3, absolute: 1e-3))
  }

  @Test func aNetworkThatTransformersLacksIsAnError() {
    #expect(!HubModelFolder.canHold(TinyResNet()))
    #expect(throws: RecipeError.self) {
      try HubModelFolder(TinyResNet(), classNames: ["a"], input: Self.input)
    }
  }

  private struct Answer: Decodable {
    let `class`: String
    let labels: [String: String]
    let logits: [Double]
  }

  /// The real library, on a machine that has it; see Tests/Reference/load_pretrained.py.
  @Test(
    .enabled(if: ProcessInfo.processInfo.environment["FOVEA_REFERENCE_PYTHON"] != nil),
    arguments: models.keys.sorted())
  func transformersLoadsTheFolder(_ name: String) throws {
    let folder = try TemporaryFolder()
    let model = try write(name, to: folder.url).eval()
    let noise = (Tensor.rand([3, 30, 24], generator: Generator(seed: 4)) * 255).to(.uint8)
    try Image(noise).write(to: folder.file("image.png"))
    var random = RandomSource(seed: 0)
    let sample = try Self.input.evaluation(Sample(image: noise, index: 0, name: "noise"), using: &random)
    let expected = withNoGrad { model(sample.image.unsqueeze(0)) }.array(Double.self)

    let process = Process()
    let python = try #require(ProcessInfo.processInfo.environment["FOVEA_REFERENCE_PYTHON"])
    process.executableURL = URL(fileURLWithPath: python)
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Reference/load_pretrained.py")
    process.arguments = [script.path, folder.url.path, folder.file("image.png").path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let answer = try JSONDecoder().decode(Answer.self, from: output.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(answer.class == name && answer.labels["2"] == "blue \"sky\"")
    let largest = expected.map(abs).max() ?? 0
    for (found, expected) in zip(answer.logits, expected) { #expect(abs(found - expected) <= 1e-4 * largest) }
  }
}
