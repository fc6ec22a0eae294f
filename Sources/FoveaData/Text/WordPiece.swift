// Google's Neural Machine Translation System. Yonghui Wu et al., 2016. https://arxiv.org/abs/1609.08144
//
// BERT: Pre-training of Deep Bidirectional Transformers. Jacob Devlin et al., 2018. https://arxiv.org/abs/1810.04805

import Foundation

/// BERT's tokenizer: each word is cut into the longest pieces that the vocabulary has, from the left.
public struct WordPiece: Tokenizer {
  public let vocabulary: Vocabulary
  public let addedTokens: AddedTokens
  public let frame: (before: [Int], after: [Int])

  /// What a word becomes that cannot be cut.
  public let unknown: Int

  let text: BERTText
  private let prefix: [UInt8]
  private let longestWord: Int
  /// Whether decoding takes the space before punctuation away.
  private let cleansUp: Bool

  init(
    vocabulary: Vocabulary, unknown: Int, text: BERTText = BERTText(), prefix: String = "##", longestWord: Int = 100,
    addedTokens: AddedTokens = AddedTokens(), frame: (before: [Int], after: [Int]) = ([], []), cleansUp: Bool = true
  ) {
    self.vocabulary = vocabulary
    self.unknown = unknown
    self.text = text
    self.prefix = Array(prefix.utf8)
    self.longestWord = longestWord
    self.addedTokens = addedTokens
    self.frame = frame
    self.cleansUp = cleansUp
  }

  public func encodePlain(_ part: Substring) -> [Int] { text.words(part).flatMap(pieces) }

  private func pieces(_ word: [Unicode.Scalar]) -> [Int] {
    guard word.count <= longestWord else { return [unknown] }
    let encoded = word.map { Array(String(Character($0)).utf8) }
    var ids: [Int] = []
    var start = 0
    while start < encoded.count {
      var bytes = (start > 0 ? prefix : []) + encoded[start...].joined()
      var end = encoded.count
      var found: Int?
      while end > start {
        found = vocabulary.id(of: bytes)
        if found != nil { break }
        end -= 1
        bytes.removeLast(encoded[end].count)
      }
      guard let found else { return [unknown] }
      ids.append(found)
      start = end
    }
    return ids
  }

  public func decodePlain(_ ids: [Int]) -> String {
    var result: [UInt8] = []
    for (place, id) in ids.enumerated() {
      guard let bytes = vocabulary.bytes(id) else { continue }
      if place > 0, !prefix.isEmpty, bytes.starts(with: prefix) {
        result += cleaned(Array(bytes.dropFirst(prefix.count)))
      } else {
        result += cleaned((place > 0 ? [0x20] : []) + bytes)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// One token without the space before punctuation. Token by token, as Hugging Face does it: what only comes about between
  /// two of them stays.
  private func cleaned(_ token: [UInt8]) -> [UInt8] {
    guard cleansUp else { return token }
    let repairs = [
      (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
      (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ]
    return Array(repairs.reduce(String(decoding: token, as: UTF8.self)) { $0.replacing($1.0, with: $1.1) }.utf8)
  }
}
