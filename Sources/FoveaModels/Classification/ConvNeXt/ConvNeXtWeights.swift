import Torch

extension ConvNeXt {
  /// Weights that transformers or torchvision published or saved, under this model's names, which are timm's. Weights under
  /// other names stay as they are.
  public static func renamed(_ published: StateDict) -> StateDict {
    if published.keys.contains(where: { $0.hasSuffix("embeddings.patch_embeddings.weight") }) {
      return published.renamed(newName)
    }
    guard published["features.1.0.layer_scale"] != nil else { return published }
    var flat = published
    // torchvision's are [C, 1, 1].
    for (name, tensor) in published where name.hasSuffix(".layer_scale") { flat[name] = tensor.flatten() }
    return flat.renamed(torchvisionNewName)
  }

  /// torchvision counts the stem, the stages and what comes before each as one sequence.
  private static func torchvisionNewName(_ name: String) -> String? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 3, isNumber(parts[1]), let place = Int(parts[1]) else { return nil }
    let last = parts[parts.count - 1]
    if parts[0] == "classifier", parts.count == 3 {
      return ["0": "head.norm", "2": "head.fc"][parts[1]].map { "\($0).\(last)" }
    }
    guard parts[0] == "features", isNumber(parts[2]) else { return nil }
    if place.isMultiple(of: 2), parts.count == 4 {
      return place == 0 ? "stem.\(parts[2]).\(last)" : "stages.\(place / 2).downsample.\(parts[2]).\(last)"
    }
    let block = "stages.\(place / 2).blocks.\(parts[2])"
    if parts.count == 4, last == "layer_scale" { return "\(block).gamma" }
    guard parts.count == 6, parts[3] == "block" else { return nil }
    return ["0": "conv_dw", "2": "norm", "3": "mlp.fc1", "5": "mlp.fc2"][parts[4]].map { "\(block).\($0).\(last)" }
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
