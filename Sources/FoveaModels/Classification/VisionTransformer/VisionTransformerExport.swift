import Torch

extension VisionTransformer {
  /// What transformers calls this kind of network: its `model_type`; nil for one that it does not have.
  public var transformersModelType: String? {
    let isDINOv2 = configuration.pooling == .classTokenAndMeanOfPatches
    guard isDINOv2 == (configuration.layerScale != nil), isDINOv2 || configuration.registers == 0,
      !isDINOv2 || configuration.distillation == .none
    else { return nil }
    if isDINOv2 { return configuration.registers > 0 ? "dinov2_with_registers" : "dinov2" }
    return configuration.distillation == .none ? "vit" : "deit"
  }

  /// Tensors under this network's names, such as its weights or their gradients, under those of transformers' files: the
  /// other way of ``renamed(_:)``.
  ///
  /// - Precondition: ``transformersModelType`` is not nil.
  public func transformersWeights(_ state: StateDict) -> StateDict {
    guard let prefix = transformersModelType else { preconditionFailure("transformers has no such network") }
    let isDINOv2 = prefix.hasPrefix("dinov2")
    var result = StateDict()
    for (name, tensor) in state {
      let parts = name.split(separator: ".").map(String.init)
      guard parts.first == "blocks", parts.count > 3 else {
        result[outerName(name, prefix: prefix)] = tensor
        continue
      }
      let block = "\(prefix).encoder.layer.\(parts[1])"
      let module = parts[2..<(parts.count - 1)].joined(separator: ".")
      let last = parts[parts.count - 1]
      if module == "attn.qkv" {
        for (part, piece) in zip(["query", "key", "value"], tensor.chunk(3)) {
          result["\(block).attention.attention.\(part).\(last)"] = piece.contiguous()
        }
      } else {
        let names = isDINOv2 ? Self.dinov2Modules : Self.vitModules
        result["\(block).\(names[module] ?? module).\(last == "gamma" ? "lambda1" : last)"] = tensor
      }
    }
    if isDINOv2, result["\(prefix).embeddings.mask_token"] == nil {
      // transformers' model has a token for masked patches, which only pretraining uses.
      result["\(prefix).embeddings.mask_token"] = .zeros([1, configuration.width])
    }
    return result
  }

  private func outerName(_ name: String, prefix: String) -> String {
    let isTeacher = configuration.distillation == .tokenAndHead
    switch name {
    case "cls_token", "mask_token": return "\(prefix).embeddings.\(name)"
    case "dist_token": return "\(prefix).embeddings.distillation_token"
    case "reg_token": return "\(prefix).embeddings.register_tokens"
    case "pos_embed": return "\(prefix).embeddings.position_embeddings"
    case "patch_embed.proj.weight", "patch_embed.proj.bias":
      return name.replacing("patch_embed.proj", with: "\(prefix).embeddings.patch_embeddings.projection")
    case "norm.weight", "norm.bias": return "\(prefix).layer\(name)"
    case "head.weight", "head.bias":
      return name.replacing("head", with: isTeacher ? "cls_classifier" : "classifier")
    case "head_dist.weight", "head_dist.bias": return name.replacing("head_dist", with: "distillation_classifier")
    default: return name
    }
  }

  private static let vitModules = [
    "norm1": "layernorm_before", "norm2": "layernorm_after", "attn.proj": "attention.output.dense",
    "mlp.fc1": "intermediate.dense", "mlp.fc2": "output.dense",
  ]
  private static let dinov2Modules = [
    "attn.proj": "attention.output.dense", "ls1": "layer_scale1", "ls2": "layer_scale2",
  ]
}
