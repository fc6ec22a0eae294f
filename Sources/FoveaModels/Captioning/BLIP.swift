// BLIP: Bootstrapping Language-Image Pre-training for Unified Vision-Language Understanding and Generation.
// Junnan Li, Dongxu Li, Caiming Xiong, Steven Hoi, 2022. https://arxiv.org/abs/2201.12086
// Names of parameters as in transformers.

import Torch

/// BLIP for captioning: a vision transformer, and a BERT that writes and looks at its tokens.
public final class BLIP: CaptionModel {
  /// BLIP base's image side: ViT-B over 384 x 384 pixels.
  public static var baseVision: VisionTransformer.Configuration {
    var configuration = VisionTransformer.Configuration.base
    configuration.imageSize = 384
    configuration.normEps = 1e-5
    return configuration
  }

  let visionModel: VisionTransformer
  let textDecoder: BLIPText

  /// A network with fresh weights.
  public init(
    vision: VisionTransformer.Configuration = BLIP.baseVision, text: TextDecoderConfiguration = .blip,
    specialTokens: SpecialTokens = SpecialTokens(start: 30522, end: 102, padding: 0)
  ) {
    visionModel = VisionTransformer(vision, classes: 1)
    textDecoder = BLIPText(text, memory: vision.width)
    super.init(specialTokens: specialTokens)
  }

  public override var encoderParts: [Module] { [visionModel] }

  public override func encode(_ images: Tensor) -> Tensor { visionModel.tokens(images) }

  public override func start(_ memory: Tensor) -> DecoderState {
    var state = DecoderState(memory: memory)
    state.fixed = textDecoder.bert.encoder.layer.flatMap { $0.crossattention.keysAndValues(memory) }
    return state
  }

  public override func next(_ tokens: Tensor, _ state: inout DecoderState) -> Tensor {
    textDecoder.run(tokens, &state)[.all, -1]
  }

  public override func logits(_ tokens: Tensor, memory: Tensor) -> Tensor {
    var state = start(memory)
    return textDecoder.run(tokens, &state)
  }

  /// Loads the weights that transformers published or saved.
  ///
  /// - Throws: `LoadError` unless all of the model's are there; the tied head and tables of positions are left out.
  public func loadPublished(_ published: StateDict) throws {
    let vision = published.mapKeys { key in key.hasPrefix("vision_model.") ? BLIP.visionName(key) : nil }
    var state = published.mapKeys { key in
      let isLeftOut =
        key.hasPrefix("vision_model.") || key.hasPrefix("text_decoder.cls.predictions.decoder.")
        || key.hasSuffix("position_ids")
      return isLeftOut ? nil : key
    }
    try loadTower(visionModel, vision, named: "vision_model", into: &state)
    try loadStateDict(state)
  }

  /// timm's name of one of the image side's tensors.
  private static func visionName(_ key: String) -> String {
    let names = [
      ("vision_model.", ""), ("embeddings.class_embedding", "cls_token"),
      ("embeddings.position_embedding", "pos_embed"),
      ("embeddings.patch_embedding", "patch_embed.proj"), ("encoder.layers.", "blocks."), ("self_attn.qkv", "attn.qkv"),
      ("self_attn.projection", "attn.proj"), ("layer_norm", "norm"), ("post_layernorm", "norm"),
    ]
    return names.reduce(key) { $0.replacing($1.0, with: $1.1) }
  }
}

/// BLIP's text side.
final class BLIPText: Module {
  let bert: BLIPBERT
  let cls: Head

  /// What makes logits of hidden states. The words' vectors are what they are compared with.
  final class Head: Module {
    let transform: Transform
    let bias: Parameter

    override class var checkpointKeys: [String: String] {
      ["transform": "predictions.transform", "bias": "predictions.bias"]
    }

    final class Transform: Layer {
      let dense: Linear
      let norm: LayerNorm

      override class var checkpointKeys: [String: String] { ["norm": "LayerNorm"] }

      init(_ configuration: TextDecoderConfiguration) {
        dense = Linear(configuration.width, configuration.width)
        norm = LayerNorm(configuration.width, eps: configuration.normEps)
      }

      override func forward(_ x: Tensor) -> Tensor { norm(dense(x).gelu()) }
    }

    init(_ configuration: TextDecoderConfiguration) {
      transform = Transform(configuration)
      bias = Parameter([configuration.vocabulary], .constant(0))
    }
  }

  init(_ configuration: TextDecoderConfiguration, memory: Int) {
    bert = BLIPBERT(configuration, memory: memory)
    cls = Head(configuration)
  }

  /// The logits `[N, T, vocabulary]` of new tokens `[N, T]`.
  func run(_ tokens: Tensor, _ state: inout DecoderState) -> Tensor {
    let table = bert.embeddings.wordEmbeddings.weight.value
    return cls.transform(bert.run(tokens, &state)).linear(table, bias: cls.bias.value)
  }
}

/// The BERT (Devlin et al., 2018) inside: it sees only the tokens before, and the image.
final class BLIPBERT: Module {
  let embeddings: Embeddings
  let encoder: Stack

  final class Embeddings: Module {
    let wordEmbeddings: Embedding
    let positionEmbeddings: Embedding
    let norm: LayerNorm

    override class var checkpointKeys: [String: String] { ["norm": "LayerNorm"] }

    init(_ configuration: TextDecoderConfiguration) {
      wordEmbeddings = Embedding(configuration.vocabulary, configuration.width)
      positionEmbeddings = Embedding(configuration.positions, configuration.width)
      norm = LayerNorm(configuration.width, eps: configuration.normEps)
      super.init()
      wordEmbeddings.weight.initialize(.normal(std: 0.02))
      positionEmbeddings.weight.initialize(.normal(std: 0.02))
    }
  }

  final class Stack: Module {
    let layer: [BLIPLayer]

    init(_ layer: [BLIPLayer]) { self.layer = layer }
  }

  init(_ configuration: TextDecoderConfiguration, memory: Int) {
    embeddings = Embeddings(configuration)
    encoder = Stack((0..<configuration.depth).map { _ in BLIPLayer(configuration, memory: memory) })
  }

  func run(_ tokens: Tensor, _ state: inout DecoderState) -> Tensor {
    let count = tokens.shape[1]
    let last = embeddings.positionEmbeddings.weight.value.shape[0] - 1
    let places = (Tensor.arange(count, device: tokens.device) + state.length).clamp(max: .int(last))
    var x = embeddings.norm(embeddings.wordEmbeddings(tokens) + embeddings.positionEmbeddings(places))
    for (index, layer) in encoder.layer.enumerated() { x = layer(x, index, &state) }
    state.length += count
    return x
  }
}

/// Attention to the tokens so far, to the image, and two linear layers; each added to what goes in, then normalised.
final class BLIPLayer: Module {
  let attention: BLIPAttention
  let crossattention: BLIPAttention
  let intermediate: Dense
  let output: NormedOutput

  /// A linear layer, one level down in the names.
  final class Dense: Module {
    let dense: Linear
    init(_ inputs: Int, _ outputs: Int) { dense = Linear(inputs, outputs) }
  }

  /// A linear layer whose result is added and normalised.
  final class NormedOutput: Module {
    let dense: Linear
    let norm: LayerNorm

    override class var checkpointKeys: [String: String] { ["norm": "LayerNorm"] }

    init(_ inputs: Int, _ outputs: Int, eps: Double) {
      dense = Linear(inputs, outputs)
      norm = LayerNorm(outputs, eps: eps)
    }

    func callAsFunction(_ x: Tensor, addedTo residual: Tensor) -> Tensor { norm(dense(x) + residual) }
  }

  init(_ configuration: TextDecoderConfiguration, memory: Int) {
    let width = configuration.width
    attention = BLIPAttention(configuration, memory: width)
    crossattention = BLIPAttention(configuration, memory: memory)
    intermediate = Dense(width, configuration.hiddenWidth)
    output = NormedOutput(configuration.hiddenWidth, width, eps: configuration.normEps)
  }

  func callAsFunction(_ x: Tensor, _ index: Int, _ state: inout DecoderState) -> Tensor {
    let fresh = attention.keysAndValues(x)
    let (keys, values) = state.extend(layer: index, keys: fresh[0], values: fresh[1])
    let written = attention.output(attention.queries(x).attendCausally(keys, values), addedTo: x)
    let memory = state.memory(layer: index)
    let looked = crossattention.queries(written).attendToMemory(memory.keys, memory.values)
    state.attention = looked.attention
    let seen = crossattention.output(looked.result, addedTo: written)
    return output(intermediate.dense(seen).gelu(), addedTo: seen)
  }
}

/// The linear layers of an attention.
final class BLIPAttention: Module {
  let projections: Projections
  let output: BLIPLayer.NormedOutput
  private let heads: Int

  override class var checkpointKeys: [String: String] { ["projections": "self"] }

  final class Projections: Module {
    let query: Linear
    let key: Linear
    let value: Linear

    init(_ width: Int, memory: Int) {
      query = Linear(width, width)
      key = Linear(memory, width)
      value = Linear(memory, width)
    }
  }

  init(_ configuration: TextDecoderConfiguration, memory: Int) {
    projections = Projections(configuration.width, memory: memory)
    output = BLIPLayer.NormedOutput(configuration.width, configuration.width, eps: configuration.normEps)
    heads = configuration.heads
  }

  func queries(_ x: Tensor) -> Tensor { projections.query(x).splitHeads(heads) }

  func keysAndValues(_ x: Tensor) -> [Tensor] {
    [projections.key(x).splitHeads(heads), projections.value(x).splitHeads(heads)]
  }
}
