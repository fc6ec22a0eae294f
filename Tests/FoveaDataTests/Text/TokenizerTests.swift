import Foundation
import Testing

@testable import FoveaData

/// Tokenizers against Hugging Face's `tokenizers` on text in many languages (`Tests/Reference/text.py`).
@Suite struct TokenizerTests {
  struct Encoding: Decodable {
    let text: String
    let ids: [Int]
    let decoded: String
  }

  static let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures/Text")

  static func decode<Value: Decodable>(_ name: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(contentsOf: folder.appendingPathComponent(name)))
  }

  @Test(arguments: ["bpe", "wordpiece", "wordpiece-cased"])
  func encodingsAreHuggingFaces(_ name: String) throws {
    let tokenizer = try loadTokenizer(from: Self.folder.appendingPathComponent("\(name).json"))
    let encodings: [Encoding] = try Self.decode("\(name)-encodings.json")
    #expect(encodings.count > 150)
    for encoding in encodings {
      #expect(tokenizer.encode(encoding.text) == encoding.ids, "\(encoding.text.debugDescription)")
      let decoded = tokenizer.decode(encoding.ids)
      #expect(decoded.utf8.elementsEqual(encoding.decoded.utf8), "\(encoding.text.debugDescription)")
    }
  }

  @Test func oldFilesGiveTheSameTokens() throws {
    let pairs = ByteLevelBPE.self
    let bpe = try pairs.init(
      vocabulary: Self.folder.appendingPathComponent("vocab.json"),
      merges: Self.folder.appendingPathComponent("merges.txt"))
    for encoding in try Self.decode("bpe-encodings.json") as [Encoding] {
      #expect(bpe.encode(encoding.text) == encoding.ids)
    }
    let wordpiece = try loadTokenizer(from: Self.folder.appendingPathComponent("vocab.txt"))
    for encoding in try Self.decode("wordpiece-encodings.json") as [Encoding] {
      #expect(wordpiece.encode(encoding.text) == encoding.ids)
    }
  }

  @Test func trainingGivesHuggingFacesMerges() throws {
    let corpus: [String] = try Self.decode("corpus.json")
    let trained = ByteLevelBPE.train(on: corpus, vocabularySize: 700)
    let reference = try #require(
      try loadTokenizer(from: Self.folder.appendingPathComponent("bpe.json")) as? ByteLevelBPE)
    #expect(trained.merges == reference.merges)
    #expect(trained.vocabulary == reference.vocabulary)
  }

  @Test func writtenTokenizersAreReadBack() throws {
    let trained = ByteLevelBPE.train(on: ["two red circles", "a red circle"], vocabularySize: 300)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try trained.write(to: file)
    let read = try #require(try loadTokenizer(from: file) as? ByteLevelBPE)
    #expect(read == trained)
    #expect(read.decode(read.encode("a red <|endoftext|>circle")) == "a red circle")
  }

  @Test func longWordsMergeLikeShortOnes() {
    // 30 bytes; twice as many are merged the other way.
    let text = String(repeating: "abcab", count: 6)
    let bpe = ByteLevelBPE.train(on: ["abcab abcab ab abc", text], vocabularySize: 265)
    let short = bpe.encode(text)
    #expect(bpe.decode(bpe.encode(text + text)) == text + text)
    #expect(bpe.encode(text + text).count <= 2 * short.count)
  }

  /// Damaged files are errors; they never crash, and what is read can be used.
  @Test(arguments: ["bpe.json", "wordpiece.json"]) func damagedFilesAreErrors(_ name: String) throws {
    let bytes = Array(try Data(contentsOf: Self.folder.appendingPathComponent(name)))
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json")
    defer { try? FileManager.default.removeItem(at: file) }
    var random = RandomSource(seed: 3)
    var refused = 0
    for _ in 0..<60 {
      var damaged = bytes
      if random.chance(0.3) { damaged.removeLast(random.integer(in: 1..<damaged.count)) }
      for _ in 0..<random.integer(in: 1..<8) where !damaged.isEmpty {
        damaged[random.integer(in: 0..<damaged.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      try Data(damaged).write(to: file)
      do {
        let tokenizer = try loadTokenizer(from: file)
        _ = tokenizer.decode(tokenizer.encode("a man riding [CLS] <|endoftext|>"))
      } catch let error as TokenizerError {
        #expect(error.file == file.path)
        refused += 1
      }
    }
    #expect(refused > 20)
  }

  @Test func whatIsNotSupportedIsNamed() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(#"{"model": {"type": "Unigram", "vocab": []}}"#.utf8).write(to: file)
    #expect {
      try loadTokenizer(from: file)
    } throws: { error in
      "\(error)".contains("Unigram") && "\(error)".contains("model.type")
    }
    try Data(String(repeating: "[", count: 100_000).utf8).write(to: file)
    #expect(throws: TokenizerError.self) { try loadTokenizer(from: file) }
  }
}
