import Torch

/// What an image processor of transformers does where its file says nothing. Files of older versions say little.
struct ImageProcessorDefaults {
  var processor: ImageProcessor
  var resizes = true
  /// Whether images are cropped, and to what where they are.
  var crops = false
  var crop: ImageSize = 224
  /// Whether a `size` of one number means a square; else it is the shorter edge.
  var isSquare = true
  /// Whether it resizes in ConvNeXt's way.
  var isConvNeXt = false
  /// What the longer edge may have where a `size` of one number says nothing of it; nil is no limit.
  var longestEdge: Int?
  /// Whether the smaller images of a batch are padded, and the padding is told: whoever makes batches does so.
  var pads = false

  /// - Throws: ``JSONFieldError`` for a processor that is not known.
  init(for fields: JSONFields, modelType: String?) throws {
    if let name = try fields.text("image_processor_type") ?? fields.text("feature_extractor_type") {
      guard let found = Self.named(Self.essence(of: name)) else {
        throw fields.error(
          "image_processor_type",
          "is '\(name)', which Fovea does not have: \(Self.all.keys.sorted().joined(separator: ", "))")
      }
      self = found
    } else if let modelType {
      guard let found = Self.byModelType[modelType].flatMap(Self.named) else {
        throw fields.error(
          "image_processor_type", "is missing, and there is no usual one for the model type '\(modelType)'")
      }
      self = found
    } else {
      self = Self.viT
    }
  }

  private init(processor: ImageProcessor) { self.processor = processor }

  /// `ViTImageProcessorFast`, `ViTImageProcessorPil`, `ViTFeatureExtractor` and `ViTImageProcessor` are one: `ViT`.
  private static func essence(of name: String) -> String {
    var name = name
    for suffix in ["Fast", "Pil", "ImageProcessor", "FeatureExtractor"] where name.hasSuffix(suffix) {
      name.removeLast(suffix.count)
    }
    return name
  }

  private static func named(_ name: String) -> ImageProcessorDefaults? { all[name] }

  private static let all: [String: ImageProcessorDefaults] = [
    "ViT": viT, "DeiT": deiT, "ConvNext": convNeXt, "Bit": bit, "CLIP": bit, "Siglip": siglip, "Beit": beit, "Pvt": pvt,
    "MobileNetV1": mobileNet, "MobileNetV2": mobileNet, "Blip": blip,
    "Detr": detr,
  ]

  /// Which processor a model has whose folder names none.
  private static let byModelType = [
    "vit": "ViT", "vit_msn": "ViT", "vit_mae": "ViT", "ijepa": "ViT", "swin": "ViT", "deit": "DeiT",
    "convnext": "ConvNext", "convnextv2": "ConvNext", "resnet": "ConvNext", "regnet": "ConvNext", "cvt": "ConvNext",
    "bit": "Bit", "dinov2": "Bit", "dinov2_with_registers": "Bit", "focalnet": "Bit", "clip": "CLIP",
    "siglip": "Siglip",
    "beit": "Beit", "pvt": "Pvt", "mobilenet_v1": "MobileNetV1", "mobilenet_v2": "MobileNetV2",
    "blip": "Blip", "detr": "Detr",
  ]

  private static let viT = ImageProcessorDefaults(processor: ImageProcessor(scaling: .exact(224)))

  private static let siglip: ImageProcessorDefaults = {
    var defaults = ImageProcessorDefaults(processor: ImageProcessor(scaling: .exact(224), resample: .bicubic))
    defaults.isSquare = false
    return defaults
  }()

  private static let beit = ImageProcessorDefaults(
    processor: ImageProcessor(scaling: .exact(224), resample: .bicubic))

  private static let pvt = ImageProcessorDefaults(
    processor: ImageProcessor(scaling: .exact(224), resample: .bicubic, statistics: .imageNet))

  private static let deiT: ImageProcessorDefaults = {
    var defaults = ImageProcessorDefaults(processor: ImageProcessor(scaling: .exact(256), resample: .bicubic))
    defaults.crops = true
    return defaults
  }()

  private static let convNeXt: ImageProcessorDefaults = {
    var defaults = ImageProcessorDefaults(processor: ImageProcessor(scaling: .shortestEdge(384), resample: .bicubic))
    defaults.isSquare = false
    defaults.isConvNeXt = true
    return defaults
  }()

  private static let bit: ImageProcessorDefaults = {
    var defaults = ImageProcessorDefaults(
      processor: ImageProcessor(
        scaling: .shortestEdge(224), resample: .bicubic, statistics: clipStatistics))
    defaults.crops = true
    defaults.isSquare = false
    return defaults
  }()

  private static let blip = ImageProcessorDefaults(
    processor: ImageProcessor(scaling: .exact(384), resample: .bicubic, statistics: clipStatistics))

  private static let detr: ImageProcessorDefaults = {
    var defaults = ImageProcessorDefaults(
      processor: ImageProcessor(scaling: .edges(shortest: 800, longest: 1333), statistics: .imageNet))
    defaults.isSquare = false
    defaults.longestEdge = 1333
    defaults.pads = true
    return defaults
  }()

  private static let clipStatistics = ChannelStatistics(
    mean: [0.48145466, 0.4578275, 0.40821073], standardDeviation: [0.26862954, 0.26130258, 0.27577711])

  private static let mobileNet: ImageProcessorDefaults = {
    var defaults = ImageProcessorDefaults(processor: ImageProcessor(scaling: .shortestEdge(256)))
    defaults.crops = true
    defaults.isSquare = false
    return defaults
  }()
}
