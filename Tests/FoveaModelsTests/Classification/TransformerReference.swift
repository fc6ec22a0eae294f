import Foundation
import FoveaModels
import Testing
import Torch

/// What Tests/Reference/vision_transformers.py wrote.
struct TransformerReference: Decodable {
  struct Case: Decodable {
    let logits: [Double]?
    let resized: [Double]?
    let tokens: [Double]?
    let hiddenStates: [[Double]]?
    let attentions: [[Double]]?
    let gradients: [String: [Double]]?

    enum CodingKeys: String, CodingKey {
      case logits, resized, tokens, attentions, gradients
      case hiddenStates = "hidden_states"
    }
  }

  let cases: [String: Case]
  let table: [String: ClassifierReference.Case]

  static let shared: TransformerReference = fixture(
    "Transformers/transformers.json", madeBy: "vision_transformers.py")

  /// The weights that transformers, or timm, saved.
  static func weights(_ name: String) throws -> StateDict {
    let folder = try #require(Bundle.module.resourceURL?.appending(path: "Fixtures/Transformers/\(name)"))
    return try StateDict(contentsOf: folder.appending(path: "model.safetensors"))
  }
}

/// How each tiny model of the reference is built here.
enum TinyModels {
  static let vit = transformer()
  static let deitTeacher = transformer { $0.distillation = .tokenAndHead }
  static let all: [String: @Sendable () -> any ImageClassifier] = [
    "vit": { VisionTransformer(vit, classes: 3) },
    "deit": { VisionTransformer(transformer { $0.distillation = .token }, classes: 3) },
    "deit-teacher": { VisionTransformer(deitTeacher, classes: 3) },
    "dinov2": { VisionTransformer(dinov2(registers: 0), classes: 3) },
    "dinov2-registers": { VisionTransformer(dinov2(registers: 4), classes: 3) },
    "convnext": {
      var configuration = ConvNeXt.Configuration(depths: [1, 2], widths: [8, 16])
      configuration.headNormEps = 1e-12
      return ConvNeXt(configuration, classes: 3)
    },
    "timm-vit": { VisionTransformer(timm(), classes: 3) },
    "timm-deit": { VisionTransformer(timm { $0.distillation = .tokenAndHead }, classes: 3) },
  ]

  static func transformer(
    _ change: (inout VisionTransformer.Configuration) -> Void = { _ in }
  ) -> VisionTransformer.Configuration {
    var configuration = VisionTransformer.Configuration(width: 16, depth: 2, heads: 2, hiddenWidth: 32)
    configuration.imageSize = 32
    configuration.patchSize = 8
    configuration.normEps = 1e-12
    change(&configuration)
    return configuration
  }

  static func dinov2(registers: Int) -> VisionTransformer.Configuration {
    transformer {
      $0.normEps = 1e-6
      $0.layerScale = 1
      $0.registers = registers
      $0.antialiasesPositions = registers > 0
      $0.pooling = .classTokenAndMeanOfPatches
    }
  }

  static func timm(
    _ change: (inout VisionTransformer.Configuration) -> Void = { _ in }
  ) -> VisionTransformer.Configuration {
    transformer {
      $0.hiddenWidth = 64
      $0.normEps = 1e-6
      change(&$0)
    }
  }
}

/// A tensor's product with made-up numbers, and its length, beside the reference's.
func expectDigest(
  _ tensor: Tensor, _ expected: [Double], within tolerance: Double = 1e-5, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let flat = tensor.detach().to(.float64).flatten()
  let product = Double(flat.matmul(MadeUpNumbers()(3, [flat.count]).to(.float64)))
  #expect(abs(Double(flat.norm()) - expected[1]) <= tolerance * expected[1], "\(what)", sourceLocation: sourceLocation)
  #expect(
    abs(product - expected[0]) <= tolerance * expected[1] * Double(flat.count).squareRoot(), "\(what)",
    sourceLocation: sourceLocation)
}
