import ArgumentParser
import Foundation
import Fovea

extension Benchmark {
  /// `fovea benchmark caption-metrics`
  struct CaptionScoring: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "caption-metrics",
      abstract: "Time BLEU, ROUGE-L and CIDEr-D of captions whose words are told apart by spaces already.",
      discussion: """
        FILE is JSON: {"captions": [a caption an image], "references": [a list of references an image]}
        """)

    @Argument(help: "The file of captions and references.")
    var file: String

    @OptionGroup var repetition: Repetition

    func run() throws {
      repetition.begin()
      let sentences = try Sentences(contentsOf: file)
      func words(_ sentence: String) -> [String] { sentence.split(separator: " ").map(String.init) }
      let (seconds, _) = try repetition.median {
        let corpus = CaptionCorpus(
          words: sentences.captions.map(words), references: sentences.references.map { $0.map(words) })
        _ = (corpus.bleu(), corpus.rougeL(), corpus.cider(.d))
      }
      try repetition.report("captions_per_second", Double(sentences.captions.count) / seconds)
    }

    private struct Sentences: Decodable {
      let captions: [String]
      let references: [[String]]

      init(contentsOf file: String) throws {
        do {
          self = try JSONDecoder().decode(Sentences.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
        } catch {
          throw Failure("\(file) cannot be read: \(error)")
        }
        guard captions.count == references.count, references.allSatisfy({ !$0.isEmpty }) else {
          throw Failure("\(file): each caption needs a list of one reference at least")
        }
      }
    }
  }
}
