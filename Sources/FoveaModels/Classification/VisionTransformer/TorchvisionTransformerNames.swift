/// The names that torchvision has for the tensors of its `vit_b_16` and the like.
enum TorchvisionTransformerNames {
  private static let outer = [
    "class_token": "cls_token", "encoder.pos_embedding": "pos_embed",
    "conv_proj.weight": "patch_embed.proj.weight", "conv_proj.bias": "patch_embed.proj.bias",
    "encoder.ln.weight": "norm.weight", "encoder.ln.bias": "norm.bias",
    "heads.head.weight": "head.weight", "heads.head.bias": "head.bias",
  ]
  private static let inner = [
    "ln_1.weight": "norm1.weight", "ln_1.bias": "norm1.bias", "ln_2.weight": "norm2.weight", "ln_2.bias": "norm2.bias",
    "self_attention.in_proj_weight": "attn.qkv.weight", "self_attention.in_proj_bias": "attn.qkv.bias",
    "self_attention.out_proj.weight": "attn.proj.weight", "self_attention.out_proj.bias": "attn.proj.bias",
    "mlp.0.weight": "mlp.fc1.weight", "mlp.0.bias": "mlp.fc1.bias",
    "mlp.3.weight": "mlp.fc2.weight", "mlp.3.bias": "mlp.fc2.bias",
    // Weights that were published before torchvision 0.14.
    "mlp.linear_1.weight": "mlp.fc1.weight", "mlp.linear_1.bias": "mlp.fc1.bias",
    "mlp.linear_2.weight": "mlp.fc2.weight", "mlp.linear_2.bias": "mlp.fc2.bias",
  ]

  /// timm's name; nil for an unknown one.
  static func newName(_ name: String) -> String? {
    if let known = outer[name] { return known }
    let start = "encoder.layers.encoder_layer_"
    guard name.hasPrefix(start) else { return nil }
    let parts = name.dropFirst(start.count).split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let block = Int(parts[0]), block >= 0, "\(block)" == parts[0] else { return nil }
    return inner[String(parts[1])].map { "blocks.\(block).\($0)" }
  }
}
