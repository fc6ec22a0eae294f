import Torch

extension VisionTransformer {
  /// Weights that transformers published or saved (ViT, DeiT, DINOv2, also their models without a head), and those of
  /// torchvision, under this model's names, which are timm's. Weights under other names stay as they are.
  ///
  /// transformers has one layer each for queries, keys and values, timm one for all three: they are put together. Both
  /// namings of transformers are known: that of its files, and that of its modules from version 5 on.
  public static func renamed(_ published: StateDict) -> StateDict {
    if published["encoder.pos_embedding"] != nil { return published.renamed(TorchvisionTransformerNames.newName) }
    guard published.keys.contains(where: { $0.hasSuffix("embeddings.patch_embeddings.projection.weight") }) else {
      return published
    }
    var state = StateDict()
    state.metadata = published.metadata
    for (name, tensor) in published {
      guard let group = TransformersNames.attention(name) else {
        state[name] = tensor
        continue
      }
      let three = group.sources.compactMap { published[$0] }
      guard three.count == 3, published[group.name] == nil,
        three.allSatisfy({ $0.rank > 0 && $0.shape == three[0].shape && $0.dtype == three[0].dtype })
      else {
        state[name] = tensor
        continue
      }
      // They take the place of the first of them; the others are left out.
      if name == group.sources[0] { state[group.name] = Tensor.cat(three) }
    }
    return state.renamed(TransformersNames.newName)
  }

  /// Published weights as this network takes them: positions in its own grid, and without what no classifier has (the
  /// token of masked patches, the pooler).
  public func adapted(_ published: StateDict) -> StateDict {
    var state = published.mapKeys { $0 == "mask_token" || $0.hasPrefix("pooler.") ? nil : $0 }
    guard var positions = state["pos_embed"], positions.rank == 3, positions.shape[2] == configuration.width,
      positions.dtype.isFloatingPoint
    else { return state }
    // timm's DINOv2 with registers has added the class token's position to the token already.
    let prefix = configuration.positionedPrefixTokens
    if prefix == 1, PositionEmbedding.sideOfGrid(positions.shape[1]) > 0, configuration.registers > 0 {
      positions = Tensor.cat([.zeros([1, 1, configuration.width], dtype: positions.dtype), positions], dim: 1)
    }
    let side = configuration.gridSize
    if positions.shape[0] == 1, positions.shape[1] > prefix {
      positions = PositionEmbedding.resample(positions, prefix: prefix, rows: side, columns: side, antialias: true)
    }
    state["pos_embed"] = positions
    return state
  }
}

/// The names that transformers has for the tensors of a vision transformer.
private enum TransformersNames {
  private static let prefixes = ["vit.", "deit.", "dinov2.", "dinov2_with_registers."]
  private static let outer = [
    "embeddings.cls_token": "cls_token", "embeddings.distillation_token": "dist_token",
    "embeddings.register_tokens": "reg_token", "embeddings.position_embeddings": "pos_embed",
    "embeddings.mask_token": "mask_token",
    "embeddings.patch_embeddings.projection.weight": "patch_embed.proj.weight",
    "embeddings.patch_embeddings.projection.bias": "patch_embed.proj.bias",
    "layernorm.weight": "norm.weight", "layernorm.bias": "norm.bias",
    "classifier.weight": "head.weight", "classifier.bias": "head.bias",
    "cls_classifier.weight": "head.weight", "cls_classifier.bias": "head.bias",
    "distillation_classifier.weight": "head_dist.weight", "distillation_classifier.bias": "head_dist.bias",
    "pooler.dense.weight": "pooler.dense.weight", "pooler.dense.bias": "pooler.dense.bias",
  ]
  private static let inner = [
    "layernorm_before": "norm1", "layernorm_after": "norm2", "norm1": "norm1", "norm2": "norm2",
    "attention.output.dense": "attn.proj", "attention.o_proj": "attn.proj",
    "intermediate.dense": "mlp.fc1", "output.dense": "mlp.fc2", "mlp.fc1": "mlp.fc1", "mlp.fc2": "mlp.fc2",
    "layer_scale1": "ls1", "layer_scale2": "ls2",
  ]
  /// Queries, keys and values, in timm's order, in both namings.
  private static let projections = [
    ["attention.attention.query", "attention.attention.key", "attention.attention.value"],
    ["attention.q_proj", "attention.k_proj", "attention.v_proj"],
  ]

  /// timm's name; nil for an unknown one.
  static func newName(_ name: String) -> String? {
    if let known = outer[String(withoutPrefix(name))] { return known }
    guard let (block, module, last) = insideBlock(name), let known = inner[module] else { return nil }
    return "blocks.\(block).\(known).\(last == "lambda1" ? "gamma" : last)"
  }

  /// For the weight or bias of a query, a key or a value: timm's name of the three together, and transformers' of each.
  static func attention(_ name: String) -> (name: String, sources: [String])? {
    guard let (block, module, last) = insideBlock(name), let three = projections.first(where: { $0.contains(module) })
    else { return nil }
    let start = name.dropLast(module.count + 1 + last.count)
    return ("blocks.\(block).attn.qkv.\(last)", three.map { "\(start)\($0).\(last)" })
  }

  private static func withoutPrefix(_ name: String) -> Substring {
    let prefix = prefixes.first { name.hasPrefix($0) } ?? ""
    return name.dropFirst(prefix.count)
  }

  /// The number of the block, the module in it, and the tensor of that.
  private static func insideBlock(_ name: String) -> (block: Int, module: String, last: String)? {
    let rest = withoutPrefix(name)
    guard let start = ["encoder.layer.", "layers."].first(where: { rest.hasPrefix($0) }) else { return nil }
    let parts = rest.dropFirst(start.count).split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 2, let block = Int(parts[0]), block >= 0, "\(block)" == parts[0] else { return nil }
    return (block, parts[1..<(parts.count - 1)].joined(separator: "."), parts[parts.count - 1])
  }
}
