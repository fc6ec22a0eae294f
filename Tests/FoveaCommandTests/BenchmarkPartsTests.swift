import Foundation
import Fovea
import Testing

extension FoveaCommandTests {
  /// What `fovea benchmark` says a second, after as short a time as can be.
  private func rate(_ arguments: String..., per unit: String) throws -> Double? {
    let answer = try fovea(["benchmark"] + arguments + ["--threads", "1", "--seconds", "0.01", "--json"])
    #expect(answer.status == 0, "\(answer.messages)")
    return try JSONDecoder().decode([String: Double].self, from: Data(answer.output.utf8))["\(unit)_per_second"]
  }

  @Test("benchmark times the parts around networks")
  func parts() throws {
    #expect(try rate("nms", "--boxes", "50", "--classes", "3", per: "boxes") ?? 0 > 0)
    #expect(try rate("roi-align", "--regions", "4", "--channels", "8", per: "regions") ?? 0 > 0)
    #expect(try rate("roi-align", "--regions", "4", "--channels", "8", "--backward", per: "regions") ?? 0 > 0)
    #expect(try rate("hungarian", "--size", "5", per: "assignments") ?? 0 > 0)
  }

  @Test("benchmark times scores and tokens of files")
  func partsOfFiles() throws {
    let gold = Tensor([0, 1, 4, 5, 20, 30, 600, 0.0]).reshape(1, 8)
    let detected = Tensor([0, 1, 5, 5, 20, 30, 0.9, 3, 0, 1, 1, 9, 9, 0.4]).reshape(2, 7)
    try (["gold": gold, "detected": detected] as StateDict).write(to: folder.appendingPathComponent("coco.safetensors"))
    #expect(try rate("coco", "coco.safetensors", per: "images") ?? 0 > 0)

    let captions = #"{"captions": ["a dog", "two cats"], "references": [["the dog", "a dog runs"], ["two cats"]]}"#
    try captions.write(to: folder.appendingPathComponent("captions.json"), atomically: true, encoding: .utf8)
    #expect(try rate("caption-metrics", "captions.json", per: "captions") ?? 0 > 0)

    for (file, text) in [
      ("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ndog\ncat\n"), ("corpus.txt", "dog cat\ncat\n"),
    ] {
      try text.write(to: folder.appendingPathComponent(file), atomically: true, encoding: .utf8)
    }
    #expect(try rate("tokenizer", ".", per: "tokens") ?? 0 > 0)
  }

  @Test("benchmark says what is wrong with a file")
  func unusableParts() throws {
    try (["gold": Tensor([0, -1, 4, 5, 20, 30, 600, 0.0]).reshape(1, 8)] as StateDict)
      .write(to: folder.appendingPathComponent("negative.safetensors"))
    let negative = try fovea("benchmark", "coco", "negative.safetensors")
    #expect(negative.status != 0 && negative.messages.contains("\"gold\" has a row"), "\(negative.messages)")
    try #"{"captions": ["a dog"], "references": [[]]}"#
      .write(to: folder.appendingPathComponent("none.json"), atomically: true, encoding: .utf8)
    let none = try fovea("benchmark", "caption-metrics", "none.json")
    #expect(none.status != 0 && none.messages.contains("none.json: each caption needs"), "\(none.messages)")
  }
}
