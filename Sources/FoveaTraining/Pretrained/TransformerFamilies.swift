import FoveaData
import FoveaModels
import Torch

extension PretrainedFamily {
  /// `ViTForImageClassification` (`google/vit-base-patch16-224`), and timm's plain ViTs.
  static let viT = transformer("ViT", ["vit"], timm: { $0.hasPrefix("vit_") && !$0.hasSuffix("dinov2") })

  /// `DeiTForImageClassification`, with or without a teacher's head, and timm's.
  static let deiT = transformer("DeiT", ["deit"], timm: { $0.hasPrefix("deit") })

  /// `Dinov2ForImageClassification`, with or without registers.
  static let dinov2 = transformer("DINOv2", ["dinov2", "dinov2_with_registers"], timm: { $0.hasSuffix("dinov2") })

  /// `ConvNextForImageClassification` (`facebook/convnext-tiny-224`), and timm's.
  static let convNeXt = PretrainedFamily(
    name: "ConvNeXt", modelTypes: ["convnext"], isTimm: { $0.hasPrefix("convnext") && hasTimm($0) },
    parameterCount: { configuration in
      guard configuration.library == .transformers else { return try timmParameterCount(configuration) }
      let shape = try convNeXtShape(configuration.fields)
      return zip(shape.depths, shape.widths).reduce(0) { $0 + 8 * Double($1.0) * Double($1.1) * Double($1.1) }
    },
    makeModel: { configuration, classes in
      guard configuration.library == .transformers else { return try timmModel(configuration, classes) }
      return ConvNeXt(try convNeXtShape(configuration.fields), classes: classes)
    },
    rename: { published, _ in ConvNeXt.renamed(published) })

  private static func transformer(
    _ name: String, _ modelTypes: Set<String>, timm beginsSo: @escaping @Sendable (String) -> Bool
  ) -> PretrainedFamily {
    PretrainedFamily(
      name: name, modelTypes: modelTypes, isTimm: { beginsSo($0) && hasTimm($0) },
      parameterCount: { configuration in
        guard configuration.library == .transformers else { return try timmParameterCount(configuration) }
        let shape = try transformerShape(configuration)
        let (width, hidden) = (Double(shape.width), Double(shape.hiddenWidth))
        return Double(shape.depth) * (4 * width * width + 2 * width * hidden)
      },
      makeModel: { configuration, classes in
        guard configuration.library == .transformers else { return try timmModel(configuration, classes) }
        return VisionTransformer(try transformerShape(configuration), classes: classes)
      },
      rename: { published, _ in VisionTransformer.renamed(published) })
  }
}

extension PretrainedFamily {
  /// A vision transformer as transformers' `config.json` describes it. The defaults are transformers'.
  private static func transformerShape(
    _ configuration: PretrainedConfiguration
  ) throws -> VisionTransformer.Configuration {
    let fields = configuration.fields
    let isDINOv2 = configuration.modelType.hasPrefix("dinov2")
    let width = try fields.integer("hidden_size", default: 768, in: 1...16384)
    let hidden =
      isDINOv2
      ? width * (try fields.integer("mlp_ratio", default: 4, in: 1...64))
      : try fields.integer("intermediate_size", default: 3072, in: 1...131_072)
    var shape = VisionTransformer.Configuration(
      width: width, depth: try fields.integer("num_hidden_layers", default: 12, in: 1...256),
      heads: try fields.integer("num_attention_heads", default: 12, in: 1...256), hiddenWidth: hidden)
    shape.imageSize = try side(fields, "image_size", default: 224, in: 1...8192)
    shape.patchSize = try side(fields, "patch_size", default: isDINOv2 ? 14 : 16, in: 1...1024)
    shape.inputChannels = try fields.integer("num_channels", default: 3, in: 1...4)
    shape.hasQKVBias = try fields.bool("qkv_bias", default: true)
    shape.normEps = try fields.number("layer_norm_eps", default: isDINOv2 ? 1e-6 : 1e-12, in: 0...1)
    shape.dropout = try fields.number("hidden_dropout_prob", default: 0, in: 0...1)
    shape.attentionDropout = try fields.number("attention_probs_dropout_prob", default: 0, in: 0...1)
    shape.activation = try activation(fields)
    if configuration.modelType == "deit" {
      let hasTeacher = configuration.architectures.contains { $0.hasSuffix("WithTeacher") }
      shape.distillation = hasTeacher ? .tokenAndHead : .token
    }
    if isDINOv2 { try describeDINOv2(&shape, configuration) }
    if let problem = shape.problem {
      throw fields.error("hidden_size", "goes with the others to no network: \(problem)")
    }
    return shape
  }

  /// The side of a square, for which transformers has a number, or height and width.
  static func side(
    _ fields: JSONFields, _ key: String, default fallback: Int, in range: ClosedRange<Int>
  ) throws -> Int {
    guard fields[key]?.array != nil else { return try fields.integer(key, default: fallback, in: range) }
    let sides = try fields.integers(key, default: [], count: 2, in: range)
    guard sides[0] == sides[1] else {
      throw fields.error(
        key, "is \(sides[0]) x \(sides[1]), but Fovea's vision transformers have positions for squares only")
    }
    return sides[0]
  }

  private static func describeDINOv2(
    _ shape: inout VisionTransformer.Configuration, _ configuration: PretrainedConfiguration
  ) throws {
    let fields = configuration.fields
    guard try !fields.bool("use_swiglu_ffn", default: false) else {
      throw fields.error("use_swiglu_ffn", "is true, as in DINOv2 giant, which Fovea does not have")
    }
    shape.layerScale = try fields.number("layerscale_value", default: 1, in: -1e6...1e6)
    shape.dropPath = try fields.number("drop_path_rate", default: 0, in: 0...1)
    shape.pooling = .classTokenAndMeanOfPatches
    if configuration.modelType == "dinov2_with_registers" {
      shape.registers = try fields.integer("num_register_tokens", default: 4, in: 0...1024)
      shape.antialiasesPositions = true
    }
  }

  private static func activation(_ fields: JSONFields) throws -> VisionTransformer.Configuration.Activation {
    let names: [String: VisionTransformer.Configuration.Activation] = [
      "gelu": .gelu, "gelu_pytorch_tanh": .geluTanh, "gelu_new": .geluTanh, "relu": .relu, "silu": .silu,
      "swish": .silu,
    ]
    let name = try fields.text("hidden_act", default: "gelu", oneOf: names.keys.sorted())
    return names[name] ?? .gelu
  }

  /// A ConvNeXt as transformers' `config.json` describes it.
  private static func convNeXtShape(_ fields: JSONFields) throws -> ConvNeXt.Configuration {
    var shape = ConvNeXt.Configuration(
      depths: try fields.integers("depths", default: [3, 3, 9, 3], in: 1...256),
      widths: try fields.integers("hidden_sizes", default: [96, 192, 384, 768], in: 1...16384))
    shape.inputChannels = try fields.integer("num_channels", default: 3, in: 1...4)
    shape.patchSize = try fields.integer("patch_size", default: 4, in: 1...64)
    shape.layerScale = try fields.number("layer_scale_init_value", default: 1e-6, in: 0...1e6)
    shape.headNormEps = try fields.number("layer_norm_eps", default: 1e-12, in: 0...1)
    shape.dropPath = try fields.number("drop_path_rate", default: 0, in: 0...1)
    guard try fields.text("hidden_act") ?? "gelu" == "gelu" else {
      throw fields.error("hidden_act", "is \(fields["hidden_act"] ?? .null), but a ConvNeXt here has 'gelu'")
    }
    if shape.layerScale == 0 {
      throw fields.error("layer_scale_init_value", "is 0, which leaves the scales out; Fovea's ConvNeXt has them")
    }
    if let problem = shape.problem {
      throw fields.error("hidden_sizes", "goes with the others to no network: \(problem)")
    }
    return shape
  }
}
