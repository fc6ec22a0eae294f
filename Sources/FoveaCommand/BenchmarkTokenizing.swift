import ArgumentParser
import Foundation
import Fovea

extension Benchmark {
  /// `fovea benchmark tokenizer`
  struct Tokenizing: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "tokenizer", abstract: "Time how fast text becomes tokens, line by line.")

    @Argument(help: "The folder of the tokenizer's files and of corpus.txt, the text.")
    var folder: String

    @OptionGroup var repetition: Repetition

    func run() throws {
      repetition.begin()
      let folder = URL(fileURLWithPath: folder)
      let tokenizer = try loadTokenizer(from: folder)
      let text = try String(contentsOf: folder.appendingPathComponent("corpus.txt"), encoding: .utf8)
      let lines = text.split(separator: "\n").map(String.init)
      let count = lines.reduce(0) { $0 + tokenizer.encode($1).count }
      let (seconds, _) = try repetition.median {
        for line in lines { _ = tokenizer.encode(line) }
      }
      try repetition.report("tokens_per_second", Double(count) / seconds)
    }
  }
}
