import FoveaData
import FoveaModels

// timm's names are those of ClassifierArchitecture, but for DINOv2.
extension PretrainedFamily {
  private static let dinov2Names = [
    "vit_small_patch14_dinov2": "dinov2_small", "vit_base_patch14_dinov2": "dinov2_base",
    "vit_large_patch14_dinov2": "dinov2_large", "vit_small_patch14_reg4_dinov2": "dinov2_small_reg4",
    "vit_base_patch14_reg4_dinov2": "dinov2_base_reg4",
  ]

  /// Whether there is an architecture of timm's name.
  static func hasTimm(_ name: String) -> Bool {
    dinov2Names[name] != nil || (try? ClassifierArchitecture.named(name)) != nil
  }

  /// - Throws: `JSONFieldError` for a network that is not quite the one of its name.
  static func timmParameterCount(_ configuration: PretrainedConfiguration) throws -> Double {
    Double(try architecture(configuration).parameterCount)
  }

  /// - Throws: `JSONFieldError` for a network that is not quite the one of its name.
  static func timmModel(_ configuration: PretrainedConfiguration, _ classes: Int) throws -> any ImageClassifier {
    let architecture = try architecture(configuration)
    let input = try inputSize(configuration, architecture)
    let model = try architecture.make(classes: classes, inputChannels: input[0], imageSize: input[1])
    guard input[1] == input[2] || !(model is VisionTransformer) else {
      throw try configuration.pretrainedSettings().error(
        "input_size", "is \(input[1]) x \(input[2]), but Fovea's vision transformers have positions for squares only")
    }
    return model
  }

  private static func architecture(_ configuration: PretrainedConfiguration) throws -> ClassifierArchitecture {
    let architecture = try ClassifierArchitecture.named(
      dinov2Names[configuration.modelType] ?? configuration.modelType)
    try requireTheNamedNetwork(configuration, architecture)
    return architecture
  }

  /// Channels, height, width.
  private static func inputSize(
    _ configuration: PretrainedConfiguration, _ architecture: ClassifierArchitecture
  ) throws -> [Int] {
    let usual = [architecture.inputChannels, architecture.inputSize, architecture.inputSize]
    return try configuration.pretrainedSettings().integers("input_size", default: usual, count: 3, in: 1...8192)
  }

  /// A name of timm stands for a network that `config.json` may change in parts, and then the weights fit all the same.
  private static func requireTheNamedNetwork(
    _ configuration: PretrainedConfiguration, _ architecture: ClassifierArchitecture
  ) throws {
    let (fields, type) = (configuration.fields, configuration.modelType)
    let isPlainTransformer = (type.hasPrefix("vit_") || type.hasPrefix("deit")) && dinov2Names[type] == nil
    let arguments = try fields.object("model_args")
    for fields in [fields, arguments].compactMap({ $0 }) where isPlainTransformer {
      if let pooling = try fields.text("global_pool"), pooling != "token" {
        throw fields.error(
          "global_pool", "is '\(pooling)', but the head of Fovea's \(type) reads the class token (global_pool 'token')")
      }
    }
    guard let arguments else { return }
    let input = try inputSize(configuration, architecture)
    for (key, value) in arguments.values.sorted(by: { $0.key < $1.key }) where value != .null {
      switch key {
      case "num_classes", "dynamic_img_size": continue
      case _ where key.contains("drop") && key.hasSuffix("_rate"): continue
      case "global_pool" where isPlainTransformer: continue
      case "in_chans" where value.integer == input[0]: continue
      case "img_size" where value.integer == input[1]: continue
      case "img_size" where (value.array ?? []).compactMap(\.integer) == Array(input[1...]): continue
      default: throw arguments.error(key, "is \(value), which changes the network: Fovea has \(type) as timm names it")
      }
    }
  }
}
