import FoveaData
import FoveaModels
import Torch

/// A network as transformers' `config.json` describes it.
struct TransformersDescription {
  let modelType: String
  /// The class in Python.
  let className: String
  let fields: [String: Any]
  /// From our names of tensors to those of transformers.
  let rename: (StateDict) -> StateDict

  /// Nil for a network that transformers does not have.
  init?(of model: any ImageClassifier, imageSize: ImageSize) {
    switch model {
    case let model as VisionTransformer: self.init(model)
    case let model as ConvNeXt: self.init(model, imageSize: imageSize)
    default: return nil
    }
  }

  private init?(_ model: VisionTransformer) {
    guard let modelType = model.transformersModelType else { return nil }
    let configuration = model.configuration
    let isDINOv2 = modelType.hasPrefix("dinov2")
    guard !isDINOv2 || configuration.hiddenWidth % configuration.width == 0 else { return nil }
    self.modelType = modelType
    className =
      switch modelType {
      case "vit": "ViTForImageClassification"
      case "dinov2": "Dinov2ForImageClassification"
      case "dinov2_with_registers": "Dinov2WithRegistersForImageClassification"
      default:
        configuration.distillation == .tokenAndHead
          ? "DeiTForImageClassificationWithTeacher" : "DeiTForImageClassification"
      }
    var fields: [String: Any] = [
      "hidden_size": configuration.width, "num_hidden_layers": configuration.depth,
      "num_attention_heads": configuration.heads, "image_size": configuration.imageSize,
      "patch_size": configuration.patchSize, "qkv_bias": configuration.hasQKVBias,
      "layer_norm_eps": configuration.normEps, "initializer_range": 0.02,
      "hidden_act": TransformersDescription.name(of: configuration.activation),
    ]
    // Only where they are not transformers' own defaults: it insists on a point in these numbers, which JSON leaves out of 0.
    if configuration.dropout > 0 { fields["hidden_dropout_prob"] = configuration.dropout }
    if configuration.attentionDropout > 0 { fields["attention_probs_dropout_prob"] = configuration.attentionDropout }
    if isDINOv2 {
      fields["mlp_ratio"] = configuration.hiddenWidth / configuration.width
      if configuration.dropPath > 0 { fields["drop_path_rate"] = configuration.dropPath }
      fields["use_swiglu_ffn"] = false
      if configuration.registers > 0 { fields["num_register_tokens"] = configuration.registers }
    } else {
      fields["intermediate_size"] = configuration.hiddenWidth
    }
    self.fields = fields
    rename = model.transformersWeights
  }

  private init(_ model: ConvNeXt, imageSize: ImageSize) {
    let configuration = model.configuration
    modelType = "convnext"
    className = "ConvNextForImageClassification"
    fields = [
      "depths": configuration.depths, "hidden_sizes": configuration.widths, "num_stages": configuration.depths.count,
      "patch_size": configuration.patchSize, "image_size": imageSize.height, "hidden_act": "gelu",
      "layer_norm_eps": configuration.headNormEps, "initializer_range": 0.02,
    ]
    rename = model.transformersWeights
  }

  private static func name(of activation: VisionTransformer.Configuration.Activation) -> String {
    switch activation {
    case .gelu: "gelu"
    case .geluTanh: "gelu_pytorch_tanh"
    case .relu: "relu"
    case .silu: "silu"
    }
  }
}
