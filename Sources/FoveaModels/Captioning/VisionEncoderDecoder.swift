// ViT + GPT-2 as transformers' VisionEncoderDecoderModel puts them together; published as
// nlpconnect/vit-gpt2-image-captioning.

import Torch

/// A vision transformer, and GPT-2 that looks at its tokens.
public final class VisionEncoderDecoder: CaptionModel {
  let encoder: VisionTransformer
  let encToDecProj: Linear?
  let decoder: GPT2Decoder

  public override class var checkpointKeys: [String: String] { ["decoder": "decoder.transformer"] }

  /// A network with fresh weights. Where the encoder is not as wide as the decoder, a linear layer is between them.
  public init(
    encoder: VisionTransformer.Configuration, decoder: TextDecoderConfiguration, specialTokens: SpecialTokens
  ) {
    self.encoder = VisionTransformer(encoder, classes: 1)
    encToDecProj = encoder.width == decoder.width ? nil : Linear(encoder.width, decoder.width)
    self.decoder = GPT2Decoder(decoder)
    super.init(specialTokens: specialTokens)
  }

  public override var encoderParts: [Module] { [encoder] }

  public override func encode(_ images: Tensor) -> Tensor {
    let tokens = encoder.tokens(images)
    return encToDecProj?(tokens) ?? tokens
  }

  public override func start(_ memory: Tensor) -> DecoderState {
    var state = DecoderState(memory: memory)
    state.fixed = decoder.h.flatMap { $0.crossAttention.memoryKeysAndValues(memory) }
    return state
  }

  public override func next(_ tokens: Tensor, _ state: inout DecoderState) -> Tensor {
    decoder.run(tokens, &state)[.all, -1]
  }

  public override func logits(_ tokens: Tensor, memory: Tensor) -> Tensor {
    var state = start(memory)
    return decoder.run(tokens, &state)
  }

  /// Loads the weights that transformers published or saved.
  ///
  /// - Throws: `LoadError` unless all of the model's are there; what the files have beside them (causal masks, the pooler,
  ///   the tied head) is left out.
  public func loadPublished(_ published: StateDict) throws {
    let vision = published.mapKeys { $0.hasPrefix("encoder.") ? String($0.dropFirst("encoder.".count)) : nil }
    var state = published.mapKeys { key in
      let isMask = [".attn.bias", ".attn.masked_bias", ".crossattention.bias", ".crossattention.masked_bias"]
        .contains { key.hasSuffix($0) }
      return key.hasPrefix("encoder.") || isMask || key == "decoder.lm_head.weight" ? nil : key
    }
    try loadTower(encoder, vision, named: "encoder", into: &state)
    try loadStateDict(state)
  }
}

extension CaptionModel {
  /// Adds a vision transformer's published weights to those of the whole model. Its head is not used, and stays.
  func loadTower(
    _ tower: VisionTransformer, _ published: StateDict, named prefix: String, into state: inout StateDict
  ) throws {
    for (key, tensor) in tower.adapted(VisionTransformer.renamed(published)) where !key.hasPrefix("head.") {
      state["\(prefix).\(key)"] = tensor
    }
    for (key, tensor) in tower.head.stateDict() { state["\(prefix).head.\(key)"] = tensor }
  }
}
