import FoveaData
import FoveaModels
import Torch

extension PretrainedFamily {
  /// `ResNetForImageClassification` of transformers (`microsoft/resnet-50`), and timm's plain ResNets, whose names are
  /// torchvision's and ours.
  static let resNet = PretrainedFamily(
    name: "ResNet", modelTypes: ["resnet"],
    isTimm: { ["resnet", "resnext", "wide_resnet"].contains(where: $0.hasPrefix) && hasTimm($0) },
    parameterCount: { configuration in
      guard configuration.library == .transformers else { return try timmParameterCount(configuration) }
      let shape = try ResNetShape(configuration.fields)
      // At least the 3x3 convolutions of every block.
      return zip(shape.variant.blocks, shape.variant.widths).reduce(0) { $0 + Double($1.0 * $1.1 * $1.1 * 9) }
    },
    makeModel: { configuration, classes in
      guard configuration.library == .transformers else { return try timmModel(configuration, classes) }
      let shape = try ResNetShape(configuration.fields)
      return ResNet(shape.variant, classes: classes, inputChannels: shape.channels)
    },
    rename: { published, configuration in
      guard configuration.library == .transformers else { return published }
      let isBottleneck = try ResNetShape(configuration.fields).variant.isBottleneck
      return published.renamed { ResNetShape.newName($0, isBottleneck: isBottleneck) }
    })
}

/// A ResNet as transformers' `config.json` describes it.
struct ResNetShape {
  let variant: ResNet.Variant
  let channels: Int

  init(_ fields: JSONFields) throws {
    channels = try fields.integer("num_channels", default: 3, in: 1...4)
    let isBottleneck =
      try fields.text("layer_type", default: "bottleneck", oneOf: ["basic", "bottleneck"]) == "bottleneck"
    let stem = try fields.integer("embedding_size", default: 64, in: 1...4096)
    let blocks = try fields.integers("depths", default: [3, 4, 6, 3], count: 4, in: 1...200)
    let outputs = try fields.integers("hidden_sizes", default: [256, 512, 1024, 2048], count: 4, in: 1...16384)
    let expansion = isBottleneck ? Bottleneck.expansion : 1
    guard outputs.allSatisfy({ $0.isMultiple(of: expansion) }) else {
      throw fields.error("hidden_sizes", "is \(outputs), but those of bottlenecks are multiples of \(expansion)")
    }
    guard try fields.text("hidden_act") ?? "relu" == "relu" else {
      throw fields.error("hidden_act", "is \(fields["hidden_act"] ?? .null), but a ResNet here has 'relu'")
    }
    for key in ["downsample_in_first_stage", "downsample_in_bottleneck"] where try fields.bool(key, default: false) {
      throw fields.error(key, "is true, which no published ResNet has and Fovea does not build")
    }
    variant = ResNet.Variant(
      blocks: blocks, isBottleneck: isBottleneck, stemWidth: stem, widths: outputs.map { $0 / expansion })
  }

  /// transformers' name of a tensor as torchvision's; nil for an unknown one.
  static func newName(_ name: String, isBottleneck: Bool) -> String? {
    var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if parts.first == "classifier" { return parts.count == 3 && parts[1] == "1" ? "fc.\(parts[2])" : nil }
    if parts.first == "resnet" { parts.removeFirst() }
    if parts.count == 4, parts[0] == "embedder", parts[1] == "embedder" {
      return layer(parts[2], convolution: "conv1", normalization: "bn1").map { "\($0).\(parts[3])" }
    }
    guard parts.count >= 8, parts[0] == "encoder", parts[1] == "stages", let stage = Int(parts[2]),
      (0..<4).contains(stage),
      parts[3] == "layers"
    else { return nil }
    let block = "layer\(stage + 1).\(parts[4])"
    if parts.count == 8, parts[5] == "shortcut" {
      return layer(parts[6], convolution: "downsample.0", normalization: "downsample.1").map {
        "\(block).\($0).\(parts[7])"
      }
    }
    guard parts.count == 9, parts[5] == "layer", let place = Int(parts[6]), (0..<(isBottleneck ? 3 : 2)).contains(place)
    else { return nil }
    return layer(parts[7], convolution: "conv\(place + 1)", normalization: "bn\(place + 1)")
      .map { "\(block).\($0).\(parts[8])" }
  }

  private static func layer(_ name: String, convolution: String, normalization: String) -> String? {
    switch name {
    case "convolution": convolution
    case "normalization": normalization
    default: nil
    }
  }
}
