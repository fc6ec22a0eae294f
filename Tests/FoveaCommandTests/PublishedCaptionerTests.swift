import Foundation
import Testing

@testable import Fovea

/// A tiny ViT + GPT-2 in a folder as transformers lays it out, with its weights in two files.
@Suite struct PublishedCaptionerTests {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-captioner-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let tokenizer = ByteLevelBPE.train(
      on: ["a red circle", "a blue square"], vocabularySize: 280, specialTokens: ["<pad>", "<s>", "</s>"])
    try tokenizer.write(to: folder.appendingPathComponent("tokenizer.json"))
    try write(
      "config.json",
      """
      {"model_type": "vision-encoder-decoder", "decoder_start_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
       "num_beams": 2, "max_length": null,
       "encoder": {"model_type": "vit", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
         "intermediate_size": 32, "image_size": 32, "patch_size": 8},
       "decoder": {"vocab_size": \(tokenizer.count), "n_positions": 12, "n_embd": 24, "n_layer": 1, "n_head": 3}}
      """)
    var vision = VisionTransformer.Configuration(width: 16, depth: 1, heads: 2, hiddenWidth: 32)
    (vision.imageSize, vision.patchSize) = (32, 8)
    let model = VisionEncoderDecoder(
      encoder: vision,
      decoder: TextDecoderConfiguration(
        vocabulary: tokenizer.count, positions: 12, width: 24, depth: 1, heads: 3, normEps: 1e-5),
      specialTokens: .init(start: 1, end: 2, padding: 0))
    let weights = model.stateDict()
    let parts = [
      "a.safetensors": weights.mapKeys { $0.hasPrefix("encoder.") ? $0 : nil },
      "b.safetensors": weights.mapKeys { $0.hasPrefix("encoder.") ? nil : $0 },
    ]
    var places: [String: String] = [:]
    for (name, part) in parts {
      try part.write(to: folder.appendingPathComponent(name))
      for key in part.keys { places[key] = name }
    }
    let index = try JSONEncoder().encode(["weight_map": places])
    try index.write(to: folder.appendingPathComponent("model.safetensors.index.json"))
  }

  func write(_ name: String, _ text: String) throws {
    try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
  }

  func published() throws -> PublishedCaptioner { try #require(try PublishedCaptioner(folder: folder)) }

  @Test func withoutFilesOfItsOwnTheUsualHolds() throws {
    let found = try published()
    #expect(found.processor == ImageProcessor(scaling: .exact(32)))
    #expect(found.options.beams == 2)  // the model's file has it
    #expect(found.options.maxNewTokens == 12)  // there are no more positions
    #expect(found.options.earlyStopping == .no && found.options.lengthPenalty == 1 && found.options.noRepeatNGram == 0)
    let photograph = Image(width: 40, height: 30, color: .white)
    #expect(try Captioner(contentsOf: folder).predict(photograph).count == 1)
  }

  @Test func theFilesOfTheFolderAreFollowed() throws {
    try write(
      "preprocessor_config.json",
      """
      {"feature_extractor_type": "ViTFeatureExtractor", "size": 32, "resample": 3, "image_mean": [0.1, 0.2, 0.3],
       "image_std": [0.4, 0.5, 0.6]}
      """)
    try write(
      "generation_config.json",
      """
      {"num_beams": 3, "max_length": 9, "length_penalty": 0.5, "early_stopping": true, "no_repeat_ngram_size": 2}
      """)
    let found = try published()
    let statistics = ChannelStatistics(mean: [0.1, 0.2, 0.3], standardDeviation: [0.4, 0.5, 0.6])
    #expect(found.processor == ImageProcessor(scaling: .exact(32), resample: .bicubic, statistics: statistics))
    var options = GenerationOptions.beam(3, lengthPenalty: 0.5)
    options.maxNewTokens = 8  // the start counts in `max_length`
    options.earlyStopping = .yes
    options.noRepeatNGram = 2
    #expect(found.options == options)
    try write("generation_config.json", #"{"max_length": 9, "max_new_tokens": 4, "early_stopping": "never"}"#)
    let other = try published().options
    #expect(other.maxNewTokens == 4 && other.earlyStopping == .never && other.beams == 4)
  }

  @Test(arguments: [
    ("generation_config.json", #"{"num_beams": 0}"#, "num_beams"),
    ("generation_config.json", #"{"early_stopping": "soon"}"#, "early_stopping"),
    ("preprocessor_config.json", #"{"size": 64}"#, "64"),
  ]) func whatDoesNotFitIsNamed(_ name: String, _ text: String, _ part: String) throws {
    try write(name, text)
    let error = #expect(throws: JSONFieldError.self) { try PublishedCaptioner(folder: folder) }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.contains(name) && message.contains(part), "\(message)")
  }
}
