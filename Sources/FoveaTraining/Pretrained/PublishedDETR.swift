import FoveaData
import FoveaModels
import Torch

/// A DETR as transformers' `config.json` describes it (`facebook/detr-resnet-50`), and how its tensors are named here.
struct PublishedDETR {
  static let modelType = "detr"

  let shape: DETR.Shape
  /// Whether the backbone is timm's, whose names are ours; else it is transformers' own ResNet.
  private let isTimm: Bool

  /// - Throws: `JSONFieldError` for a network that Fovea does not build. The defaults are transformers'.
  init(_ fields: JSONFields) throws {
    var size = DETR.Size()
    size.width = try fields.integer("d_model", default: 256, in: 4...4096)
    size.heads = try fields.integer("encoder_attention_heads", default: 8, in: 1...256)
    size.hidden = try fields.integer("encoder_ffn_dim", default: 2048, in: 1...65_536)
    size.encoderLayers = try fields.integer("encoder_layers", default: 6, in: 1...100)
    size.decoderLayers = try fields.integer("decoder_layers", default: 6, in: 1...100)
    size.queries = try fields.integer("num_queries", default: 100, in: 1...10_000)
    size.dropout = try fields.number("dropout", default: 0.1, in: 0...1)
    try Self.requireTheNetwork(fields, size)
    let (variant, isTimm) = try Self.backbone(fields)
    shape = DETR.Shape(backbone: variant, size: size)
    self.isTimm = isTimm
    if let problem = shape.problem { throw fields.error("d_model", "goes with the others to no network: \(problem)") }
  }

  /// Refuses what changes the answers and is not built here.
  private static func requireTheNetwork(_ fields: JSONFields, _ size: DETR.Size) throws {
    for (key, usual, wanted) in [
      ("decoder_attention_heads", 8, size.heads), ("decoder_ffn_dim", 2048, size.hidden), ("num_channels", 3, 3),
    ] {
      let value = try fields.integer(key, default: usual, in: 1...65_536)
      guard value == wanted else { throw fields.error(key, "is \(value), but Fovea's DETR here has \(wanted)") }
    }
    _ = try fields.text("activation_function", default: "relu", oneOf: ["relu"])
    _ = try fields.text("position_embedding_type", default: "sine", oneOf: ["sine"])
    for key in ["dilation", "auxiliary_loss"] where try fields.bool(key, default: false) {
      // With auxiliary losses, transformers normalises the queries between the decoder's layers, too.
      throw fields.error(key, "is true, which changes the network: Fovea's DETR has it false")
    }
  }

  private static func backbone(_ fields: JSONFields) throws -> (variant: ResNet.Variant, isTimm: Bool) {
    guard let inner = try fields.object("backbone_config") else {
      guard try !fields.bool("use_timm_backbone", default: true) else { return (try timm(fields), true) }
      guard !fields.has("backbone") else {
        throw fields.error("backbone", "names another model, and Fovea needs its numbers here, as 'backbone_config'")
      }
      return (try ResNetShape(JSONFields([:], file: fields.file)).variant, false)
    }
    let isTimm =
      try inner.text("model_type", default: "resnet", oneOf: ["resnet", "timm_backbone"]) == "timm_backbone"
    try requireTheLastMap(inner)
    guard !isTimm else { return (try timm(inner), true) }
    let shape = try ResNetShape(inner)
    guard shape.channels == 3 else { throw inner.error("num_channels", "is \(shape.channels), but images have 3") }
    return (shape.variant, false)
  }

  private static func timm(_ fields: JSONFields) throws -> ResNet.Variant {
    let variants: [String: ResNet.Variant] = [
      "resnet18": .resnet18, "resnet34": .resnet34, "resnet50": .resnet50, "resnet101": .resnet101,
      "resnet152": .resnet152,
    ]
    if let arguments = try fields.object("backbone_kwargs") { try requireTheLastMap(arguments) }
    let name = try fields.text("backbone") ?? "resnet50"
    // Names may carry the tag of the weights: `resnet50.a1_in1k`.
    guard let variant = variants[name.split(separator: ".").first.map(String.init) ?? name] else {
      throw fields.error(
        "backbone", "is '\(name)', but Fovea's DETR has \(variants.keys.sorted().joined(separator: ", "))")
    }
    return variant
  }

  /// The transformer looks at the coarsest map, of stride 32.
  private static func requireTheLastMap(_ fields: JSONFields) throws {
    if let last = fields["out_indices"]?.array?.last, ![4, -1].contains(last.integer) {
      throw fields.error("out_indices", "ends with \(last), but Fovea's DETR looks at the last map, 4")
    }
    if let last = fields["out_features"]?.array?.last, !["stage4", "layer4"].contains(last.text) {
      throw fields.error("out_features", "ends with \(last), but Fovea's DETR looks at the last map, stage4")
    }
    guard try fields.integer("output_stride", default: 32, in: 1...64) == 32 else {
      throw fields.error("output_stride", "is not 32, which changes the network: Fovea's ResNet has no dilation")
    }
  }

  /// The published tensors under the network's names. What is not known keeps its name.
  func renamed(_ published: StateDict) -> StateDict {
    published.renamed { name in
      let backbone = "model.backbone.conv_encoder.model."
      // In memory, and in files that keep those names, transformers 5 has others than published files.
      let name = name.replacing("model.backbone.model.", with: backbone).replacing(".model._backbone.", with: ".model.")
        .replacing(".o_proj.", with: ".out_proj.").replacing(".mlp.fc", with: ".fc")
      guard !isTimm, name.hasPrefix(backbone) else { return name }
      return ResNetShape.newName(String(name.dropFirst(backbone.count)), isBottleneck: shape.backbone.isBottleneck)
        .map { backbone + $0 } ?? name
    }
  }
}
