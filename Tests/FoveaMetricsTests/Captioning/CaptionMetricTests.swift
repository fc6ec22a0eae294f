import Foundation
import Testing

@testable import FoveaMetrics

/// The caption metrics against pycocoevalcap, Stanford's tokenizer, METEOR 1.5 and NLTK's stemmer
/// (`Tests/Reference/captions.py`), or in the file that `FOVEA_CAPTION_REFERENCE` names, made by the same script.
@Suite struct CaptionMetricTests {
  struct Reference: Decodable {
    struct Tokens: Decodable {
      let text: String
      let words: [String]
    }
    struct Score: Decodable {
      let overall: Double
      let each: [Double]
    }
    let tokens: [Tokens]
    let stems: [String: String]
    let captions: [String]
    let references: [[String]]
    let scores: [String: Score]

    static func load() throws -> Reference {
      let fixture = Bundle.module.bundleURL.appendingPathComponent("Fixtures/captions.json")
      let named = ProcessInfo.processInfo.environment["FOVEA_CAPTION_REFERENCE"].map { URL(fileURLWithPath: $0) }
      return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: named ?? fixture))
    }
  }

  @Test func wordsAreStanfords() throws {
    for sentence in try Reference.load().tokens {
      #expect(PTBTokenizer.words(sentence.text) == sentence.words, "\(sentence.text)")
    }
  }

  @Test func stemsArePorters() throws {
    for (word, stem) in try Reference.load().stems { #expect(EnglishStemmer.stem(word) == stem, "\(word)") }
  }

  @Test(arguments: ["bleu_1", "bleu_2", "bleu_3", "bleu_4", "rouge_l", "cider", "cider_d", "meteor_exact_stem"])
  func scores(_ name: String) throws {
    let reference = try Reference.load()
    let corpus = CaptionCorpus(captions: reference.captions, references: reference.references)
    let score =
      switch name {
      case "rouge_l": corpus.rougeL()
      case "cider": corpus.cider(.plain)
      case "cider_d": corpus.cider(.d)
      case "meteor_exact_stem": corpus.meteor()
      default: corpus.bleu()[try #require(Int(name.suffix(1))) - 1]
      }
    let expected = try #require(reference.scores[name])
    let differing = score.each.indices.filter { !agree(score.each[$0], expected.each[$0]) }
    // Where words are there twice, the METEOR program may settle on another alignment.
    if name == "meteor_exact_stem", !differing.isEmpty {
      #expect(differing.count * 40 < score.each.count, "\(differing.count)")
      #expect(abs(score.overall - expected.overall) < 5e-4, "\(score.overall) \(expected.overall)")
    } else {
      for index in differing {
        Issue.record("\(reference.captions[index]): \(score.each[index]) \(expected.each[index])")
      }
      #expect(agree(score.overall, expected.overall), "\(score.overall) \(expected.overall)")
    }
  }

  @Test func exactMatchIsOfWordsNotOfLetters() {
    let corpus = CaptionCorpus(
      captions: ["Two dogs.", "two dogs run"], references: [["two  dogs"], ["two dogs", "dogs run"]])
    #expect(corpus.exactMatch().each == [1, 0])
    #expect(CaptionMetrics(corpus)["exact_match"] == 0.5)
  }

  /// Self-critical training scores captions that no corpus holds, with token ids for words.
  @Test func ciderScoresNewCaptions() {
    let metric = CIDEr(.d, references: [[[5, 6, 7, 8, 9]], [[5, 6, 1, 2, 3]], [[4, 4, 4]]])
    let perfect = metric.score([5, 6, 7, 8, 9], references: [[5, 6, 7, 8, 9]])
    #expect(abs(perfect - 10) < 1e-9)
    #expect(metric.score([4, 4, 4], references: [[5, 6, 7, 8, 9]]) == 0)
    #expect(metric.score([5, 6, 7, 8], references: [[5, 6, 7, 8, 9]]) < perfect)
  }
}
