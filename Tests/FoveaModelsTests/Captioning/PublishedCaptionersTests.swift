import Foundation
import Testing
import Torch

@testable import FoveaModels

/// ViT + GPT-2 and BLIP against `transformers`, on tiny random networks (`Tests/Reference/captioners.py`): logits, and every
/// way of generation token by token.
@Suite struct PublishedCaptionersTests {
  struct Case: Decodable {
    struct Options: Decodable {
      struct EarlyStopping: Decodable {
        let value: GenerationOptions.EarlyStopping

        init(from decoder: any Decoder) throws {
          let container = try decoder.singleValueContainer()
          value = (try? container.decode(Bool.self)).map { $0 ? .yes : .no } ?? .never
        }
      }
      let num_beams: Int?
      let num_return_sequences: Int?
      let length_penalty: Double?
      let early_stopping: EarlyStopping?
      let repetition_penalty: Double?
      let no_repeat_ngram_size: Int?
      let min_new_tokens: Int?
      let do_sample: Bool?
      let temperature: Double?
      let top_k: Int?
      let top_p: Double?

      var generation: GenerationOptions {
        var options = GenerationOptions()
        options.maxNewTokens = 14
        options.beams = num_beams ?? 1
        options.returnCount = num_return_sequences ?? 1
        options.lengthPenalty = length_penalty ?? 1
        options.earlyStopping = early_stopping?.value ?? .no
        options.repetitionPenalty = repetition_penalty ?? 1
        options.noRepeatNGram = no_repeat_ngram_size ?? 0
        options.minNewTokens = min_new_tokens ?? 0
        if do_sample ?? false {
          options.sampling = .init(temperature: temperature ?? 1, topK: top_k ?? 0, topP: top_p ?? 1, seed: 5)
        }
        return options
      }
    }
    struct Caption: Decodable {
      let tokens: [Int]
      let score: Double?
    }
    let label: String
    let options: Options
    let captions: [[Caption]]
  }

  static let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures/Captioning")

  static func model(_ name: String) throws -> CaptionModel {
    let weights = try StateDict(contentsOf: folder.appendingPathComponent("\(name).safetensors"))
    var vision = VisionTransformer.Configuration(width: 16, depth: 2, heads: 2, hiddenWidth: 32)
    vision.imageSize = 32
    vision.patchSize = 8
    if name == "blip" {
      vision.normEps = 1e-5
      let text = TextDecoderConfiguration(
        vocabulary: 40, positions: 32, width: 24, depth: 2, heads: 3, hiddenWidth: 48, normEps: 1e-12)
      let model = BLIP(vision: vision, text: text, specialTokens: .init(start: 30, end: 31, padding: 0))
      try model.loadPublished(weights)
      model.eval()
      return model
    }
    vision.normEps = 1e-12
    let model = VisionEncoderDecoder(
      encoder: vision, decoder: .init(vocabulary: 40, positions: 64, width: 24, depth: 2, heads: 3, normEps: 1e-5),
      specialTokens: .init(start: 0, end: 1, padding: 2))
    try model.loadPublished(weights)
    model.eval()
    return model
  }

  @Test(arguments: ["vit-gpt2", "blip"]) func logits(_ name: String) throws {
    let reference = try StateDict(contentsOf: Self.folder.appendingPathComponent("\(name)-logits.safetensors"))
    let (images, tokens) = (try #require(reference["images"]), try #require(reference["tokens"]))
    let model = try Self.model(name)
    model.to(.float64)
    let logits = withNoGrad { model.logits(tokens, memory: model.encode(images.to(.float64))) }
    let difference = (logits - (try #require(reference["logits"]))).abs().max().item(Double.self)
    #expect(difference < 1e-4)
  }

  @Test(arguments: ["vit-gpt2", "blip"]) func sentences(_ name: String) throws {
    let reference = try StateDict(contentsOf: Self.folder.appendingPathComponent("\(name)-logits.safetensors"))
    let images = try #require(reference["images"])
    let model = try Self.model(name)
    let cases = try JSONDecoder().decode(
      [Case].self, from: Data(contentsOf: Self.folder.appendingPathComponent("\(name).json")))
    #expect(cases.count == 10)
    for item in cases {
      let written = try model.generate(images, options: item.options.generation)
      #expect(written.map { $0.map(\.tokens) } == item.captions.map { $0.map(\.tokens) }, "\(item.label)")
      for (own, other) in zip(written.joined(), item.captions.joined()) {
        guard let score = other.score else { continue }
        #expect(abs(own.score - score) < 1e-4 * max(1, abs(score)), "\(item.label): \(own.score), \(score)")
      }
    }
  }
}
