import Foundation
import Testing

import struct FoveaImaging.Image

extension FoveaCommandTests {
  @Test("generated scenes become a model that writes sentences, and shows where it looked")
  func captions() throws {
    let recipe = folder.appendingPathComponent("captions.yaml")
    let yaml = """
      task: captioning
      model: attend_and_tell
      data: scenes:24
      captioning: { width: 16, vocabulary_size: 330, longest: 20, beams: 2 }
      augmentation: { flip: false }
      optimizer: { name: adamw, learning_rate: 3.0e-3 }
      training: { epochs: 1, batch_size: 8, loader_threads: 1 }
      """
    try yaml.write(to: recipe, atomically: true, encoding: .utf8)
    let trained = try fovea("train", "--recipe", recipe.path, "--output", "run")
    #expect(trained.status == 0, "\(trained.messages)")
    #expect(trained.messages.contains("CIDEr-D on the test set"))

    let evaluated = try fovea("evaluate", "run", "--json")
    let metrics = try JSONDecoder().decode([String: Double].self, from: Data(evaluated.output.utf8))
    #expect(Set(metrics.keys).isSuperset(of: ["bleu_1", "bleu_4", "rouge_l", "cider", "cider_d", "exact_match"]))

    try Image(width: 80, height: 64, channels: 3, pixels: (0..<(80 * 64 * 3)).map { UInt8($0 % 251) })
      .write(to: folder.appendingPathComponent("photo.png"))
    struct Answer: Decodable {
      struct Caption: Decodable {
        let text: String
        let score: Double
      }
      let image: String
      let captions: [Caption]
    }
    let told = try fovea("predict", "run", "photo.png", "--json", "--draw", "words.png")
    #expect(told.status == 0, "\(told.messages)")
    let answer = try JSONDecoder().decode(Answer.self, from: Data(told.output.utf8))
    #expect(answer.image == "photo.png" && answer.captions.count == 2)
    #expect(answer.captions[0].score >= answer.captions[1].score)
    let plain = try fovea("predict", "run", "photo.png")
    #expect(plain.output == answer.captions[0].text + "\n")
    #expect(try Image(contentsOf: folder.appendingPathComponent("words.png")).width > 100)
  }
}
