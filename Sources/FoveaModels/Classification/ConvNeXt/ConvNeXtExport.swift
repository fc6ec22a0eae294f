import Torch

extension ConvNeXt {
  /// Tensors under this network's names, such as its weights or their gradients, under those of transformers' files: the
  /// other way of ``renamed(_:)``.
  public func transformersWeights(_ state: StateDict) -> StateDict {
    state.renamed { name in
      let parts = name.split(separator: ".").map(String.init)
      guard let last = parts.last else { return nil }
      switch parts.dropLast().joined(separator: ".") {
      case "stem.0": return "convnext.embeddings.patch_embeddings.\(last)"
      case "stem.1": return "convnext.embeddings.layernorm.\(last)"
      case "head.norm": return "convnext.layernorm.\(last)"
      case "head.fc": return "classifier.\(last)"
      default: break
      }
      guard parts.count >= 5, parts[0] == "stages" else { return nil }
      let stage = "convnext.encoder.stages.\(parts[1])"
      if parts[2] == "downsample" { return "\(stage).downsampling_layer.\(parts[3]).\(last)" }
      let module = parts[4..<(parts.count - 1)].joined(separator: ".")
      let names = ["conv_dw": "dwconv", "norm": "layernorm", "mlp.fc1": "pwconv1", "mlp.fc2": "pwconv2"]
      let rest = names[module].map { "\($0).\(last)" } ?? (last == "gamma" ? "layer_scale_parameter" : nil)
      return rest.map { "\(stage).layers.\(parts[3]).\($0)" }
    }
  }
}
