import Torch

extension ConvNeXt {
  /// Weights that transformers published or saved, under this model's names, which are timm's. Weights under other names
  /// stay as they are.
  public static func renamed(_ published: StateDict) -> StateDict {
    let isTransformers = published.keys.contains { $0.hasSuffix("embeddings.patch_embeddings.weight") }
    return isTransformers ? published.renamed(newName) : published
  }

  private static let outer = [
    "embeddings.patch_embeddings": "stem.0", "embeddings.layernorm": "stem.1", "layernorm": "head.norm",
    "classifier": "head.fc",
  ]
  private static let inner = [
    "dwconv": "conv_dw", "layernorm": "norm", "pwconv1": "mlp.fc1", "pwconv2": "mlp.fc2",
  ]

  private static func newName(_ name: String) -> String? {
    let prefix = "convnext."
    let rest = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    let parts = rest.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if let known = outer[parts.dropLast().joined(separator: ".")] { return "\(known).\(parts[parts.count - 1])" }
    guard parts.count >= 6, parts[0] == "encoder", parts[1] == "stages", isNumber(parts[2]) else { return nil }
    if parts[3] == "downsampling_layer", parts.count == 6, isNumber(parts[4]) {
      return "stages.\(parts[2]).downsample.\(parts[4]).\(parts[5])"
    }
    guard parts[3] == "layers", isNumber(parts[4]) else { return nil }
    let block = "stages.\(parts[2]).blocks.\(parts[4])"
    if parts.count == 6, parts[5] == "layer_scale_parameter" { return "\(block).gamma" }
    guard parts.count == 7, let module = inner[parts[5]] else { return nil }
    return "\(block).\(module).\(parts[6])"
  }

  private static func isNumber(_ text: String) -> Bool { Int(text).map { $0 >= 0 && "\($0)" == text } ?? false }
}
