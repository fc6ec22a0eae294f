import Foundation
import FoveaData
import FoveaModels
import FoveaTraining
import Torch

/// A captioner in a folder as transformers saves one: `config.json`, weights (`ModelWeights`), a tokenizer, and perhaps
/// `preprocessor_config.json` and `generation_config.json`.
struct PublishedCaptioner {
  let model: CaptionModel
  let tokenizer: any Tokenizer
  let options: GenerationOptions
  let processor: ImageProcessor

  /// Nil for a folder of another kind.
  ///
  /// - Throws: ``RecipeError`` for numbers that make no network, and what is wrong with the files.
  init?(folder: URL) throws {
    let file = folder.appendingPathComponent("config.json")
    guard let data = try? Data(contentsOf: file),
      let kind = try? JSONDecoder().decode(Kind.self, from: data).model_type
    else { return nil }
    tokenizer = try loadTokenizer(from: folder)
    do {
      switch kind {
      case "vision-encoder-decoder":
        let config = try JSONDecoder().decode(EncoderDecoderFile.self, from: data)
        let model = try config.model(file.path)
        try model.loadPublished(ModelWeights.load(from: folder))
        self.model = model
        processor = try Self.processor(
          folder, modelType: config.encoder.model_type ?? "vit", size: config.encoder.image_size ?? 224)
        options = try Self.options(folder, positions: config.decoder.n_positions ?? 1024)
      case "blip":
        let config = try JSONDecoder().decode(BLIPFile.self, from: data)
        let model = try config.model(file.path)
        try model.loadPublished(ModelWeights.load(from: folder))
        self.model = model
        processor = try Self.processor(folder, modelType: kind, size: config.vision_config.image_size ?? 384)
        options = try Self.options(folder, positions: config.text_config.max_position_embeddings ?? 512)
      default: return nil
      }
    } catch let error as DecodingError {
      throw RecipeError(file.path, "is no configuration of '\(kind)': \(error)")
    }
  }

  /// How images become the network's input: as the folder says, else as is usual for the model.
  private static func processor(_ folder: URL, modelType: String, size: Int) throws -> ImageProcessor {
    let file = folder.appendingPathComponent(ImageProcessor.fileName)
    let isThere = FileManager.default.fileExists(atPath: file.path)
    let fields = isThere ? try JSONFields(contentsOf: file) : JSONFields([:], file: file.path)
    var processor = try ImageProcessor(fields, modelType: modelType)
    if !isThere {
      processor.scaling = .exact(ImageSize(size))
      processor.crop = nil
    }
    guard processor.outputSize == ImageSize(size) else {
      let made = processor.outputSize.map { "\($0)" } ?? "any size"
      throw fields.error("size", "makes images of \(made), but config.json has a network for \(ImageSize(size))")
    }
    return processor
  }

  /// How sentences are looked for: as the folder says; with four beams, and in 20 tokens, where it says nothing.
  private static func options(_ folder: URL, positions: Int) throws -> GenerationOptions {
    let file = folder.appendingPathComponent("generation_config.json")
    let isThere = FileManager.default.fileExists(atPath: file.path)
    // Older folders have these in the model's own file.
    let fields = try JSONFields(contentsOf: isThere ? file : folder.appendingPathComponent("config.json"))
    var options = GenerationOptions.beam(
      try fields.integer("num_beams", default: 4, in: 1...1000),
      lengthPenalty: try fields.number("length_penalty", default: 1, in: -1000...1000))
    // This one counts the start token, too.
    let length = try fields.integer("max_length", default: 21, in: 2...100_001) - 1
    options.maxNewTokens = min(try fields.integer("max_new_tokens", default: length, in: 1...100_000), positions)
    options.noRepeatNGram = try fields.integer("no_repeat_ngram_size", default: 0, in: 0...100_000)
    switch fields["early_stopping"] {
    case nil, .bool(false)?: options.earlyStopping = .no
    case .bool(true)?: options.earlyStopping = .yes
    case .text("never")?: options.earlyStopping = .never
    case let other?: throw fields.wrong("early_stopping", other, "true, false or 'never'")
    }
    return options
  }

  private struct Kind: Decodable { let model_type: String }

  /// The numbers of a vision transformer under transformers' names; those that are left out are ViT-B's.
  fileprivate struct Vision: Decodable {
    var model_type: String?
    var hidden_size: Int?
    var num_hidden_layers: Int?
    var num_attention_heads: Int?
    var intermediate_size: Int?
    var image_size: Int?
    var patch_size: Int?
    var layer_norm_eps: Double?

    func configuration(size: Int, eps: Double, _ file: String) throws -> VisionTransformer.Configuration {
      var result = VisionTransformer.Configuration(
        width: hidden_size ?? 768, depth: num_hidden_layers ?? 12, heads: num_attention_heads ?? 12,
        hiddenWidth: intermediate_size ?? 3072)
      result.imageSize = image_size ?? size
      result.patchSize = patch_size ?? 16
      result.normEps = layer_norm_eps ?? eps
      if let problem = result.problem { throw RecipeError(file, problem) }
      try PublishedCaptioner.check(
        [result.width, result.hiddenWidth, result.depth, result.imageSize], in: file)
      return result
    }
  }

  private struct EncoderDecoderFile: Decodable {
    struct Decoder: Decodable {
      var vocab_size: Int?
      var n_positions: Int?
      var n_embd: Int?
      var n_layer: Int?
      var n_head: Int?
      var n_inner: Int?
      var layer_norm_epsilon: Double?
      var bos_token_id: Int?
      var eos_token_id: Int?
    }
    let encoder: Vision
    let decoder: Decoder
    var decoder_start_token_id: Int?
    var eos_token_id: Int?
    var pad_token_id: Int?

    func model(_ file: String) throws -> VisionEncoderDecoder {
      let text = TextDecoderConfiguration(
        vocabulary: decoder.vocab_size ?? 50257, positions: decoder.n_positions ?? 1024, width: decoder.n_embd ?? 768,
        depth: decoder.n_layer ?? 12, heads: decoder.n_head ?? 12, hiddenWidth: decoder.n_inner,
        normEps: decoder.layer_norm_epsilon ?? 1e-5)
      let end = eos_token_id ?? decoder.eos_token_id ?? 50256
      let tokens = CaptionModel.SpecialTokens(
        start: decoder_start_token_id ?? decoder.bos_token_id ?? end, end: end, padding: pad_token_id ?? end)
      try PublishedCaptioner.check(
        [text.vocabulary, text.positions, text.width, text.depth, text.hiddenWidth], heads: text.heads, tokens, in: file
      )
      return VisionEncoderDecoder(
        encoder: try encoder.configuration(size: 224, eps: 1e-12, file), decoder: text, specialTokens: tokens)
    }
  }

  private struct BLIPFile: Decodable {
    struct Text: Decodable {
      var vocab_size: Int?
      var max_position_embeddings: Int?
      var hidden_size: Int?
      var num_hidden_layers: Int?
      var num_attention_heads: Int?
      var intermediate_size: Int?
      var layer_norm_eps: Double?
      var bos_token_id: Int?
      var sep_token_id: Int?
      var pad_token_id: Int?
    }
    let vision_config: Vision
    let text_config: Text

    func model(_ file: String) throws -> BLIP {
      let text = TextDecoderConfiguration(
        vocabulary: text_config.vocab_size ?? 30524, positions: text_config.max_position_embeddings ?? 512,
        width: text_config.hidden_size ?? 768, depth: text_config.num_hidden_layers ?? 12,
        heads: text_config.num_attention_heads ?? 12, hiddenWidth: text_config.intermediate_size ?? 3072,
        normEps: text_config.layer_norm_eps ?? 1e-12)
      let tokens = CaptionModel.SpecialTokens(
        start: text_config.bos_token_id ?? 30522, end: text_config.sep_token_id ?? 102,
        padding: text_config.pad_token_id ?? 0)
      try PublishedCaptioner.check(
        [text.vocabulary, text.positions, text.width, text.depth, text.hiddenWidth], heads: text.heads, tokens, in: file
      )
      return BLIP(
        vision: try vision_config.configuration(size: 384, eps: 1e-5, file), text: text, specialTokens: tokens)
    }
  }

  /// Refuses sizes that no network has, before memory is asked for: `sizes` begins with the vocabulary and the positions.
  private static func check(
    _ sizes: [Int], heads: Int = 1, _ tokens: CaptionModel.SpecialTokens? = nil, in file: String
  ) throws {
    guard sizes.allSatisfy({ (1...4_000_000).contains($0) }), sizes.dropFirst(2).allSatisfy({ $0 <= 65_536 }),
      heads > 0, heads == 1 || sizes[2] % heads == 0
    else { throw RecipeError(file, "has sizes that no captioner has: \(sizes), \(heads) heads") }
    guard let tokens else { return }
    for (name, id) in [("start", tokens.start), ("end", tokens.end), ("padding", tokens.padding)]
    where !(0..<sizes[0]).contains(id) {
      throw RecipeError(file, "has a \(name) token \(id), which is not in the vocabulary of \(sizes[0])")
    }
  }
}

extension Captioner {
  convenience init(_ published: PublishedCaptioner, device: Device) {
    self.init(
      published.model, tokenizer: published.tokenizer, options: published.options, input: [published.processor],
      isSqueezed: published.processor.crop == nil, device: device)
  }
}
