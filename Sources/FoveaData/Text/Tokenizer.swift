import Foundation

/// Cuts text into tokens, the numbers that a language model reads and writes, and puts them together again.
///
/// ```swift
/// let tokenizer = try loadTokenizer(from: URL(filePath: "gpt2/tokenizer.json"))
/// let ids = tokenizer.encode("two red circles")
/// print(tokenizer.decode(ids))
/// ```
public protocol Tokenizer: Sendable {
  /// The tokens that there are.
  var vocabulary: Vocabulary { get }

  /// The tokens that are not made of text, such as `<|endoftext|>`; text that spells them out becomes them.
  var addedTokens: AddedTokens { get }

  /// The tokens of a text in which no added token is.
  func encodePlain(_ text: Substring) -> [Int]

  /// The text of tokens none of which is special.
  func decodePlain(_ ids: [Int]) -> String

  /// What stands before and behind a text for a model of this kind, such as `[CLS]` and `[SEP]`.
  var frame: (before: [Int], after: [Int]) { get }
}

extension Tokenizer {
  /// The tokens of a text.
  ///
  /// - Parameter addingSpecialTokens: with `[CLS]` and `[SEP]`, or what the tokenizer's file says.
  public func encode(_ text: String, addingSpecialTokens: Bool = true) -> [Int] {
    var ids: [Int] = []
    for part in addedTokens.split(text) {
      switch part {
      case .text(let text): ids += encodePlain(text)
      case .token(let id): ids.append(id)
      }
    }
    return addingSpecialTokens ? frame.before + ids + frame.after : ids
  }

  /// The text of tokens. Numbers that are no tokens are left out.
  public func decode(_ ids: [Int], skippingSpecialTokens: Bool = true) -> String {
    decodePlain(skippingSpecialTokens ? ids.filter { !addedTokens.isSpecial($0) } : ids)
  }

  /// How many numbers a model must know: one more than the largest.
  public var count: Int { vocabulary.count }
}

/// Tokens and their numbers.
public struct Vocabulary: Sendable, Equatable {
  private let ids: [[UInt8]: Int]
  private let names: [[UInt8]?]

  /// The most tokens that are read from a file; published vocabularies stay below 300,000.
  static let limit = 4_000_000

  /// - Throws: ``TokenizerError`` if a number is negative or very large, or two tokens have the same.
  init(_ entries: [(token: [UInt8], id: Int)], file: String) throws {
    var ids: [[UInt8]: Int] = [:]
    ids.reserveCapacity(entries.count)
    let largest = entries.map(\.id).max() ?? -1
    guard largest < Vocabulary.limit, entries.allSatisfy({ $0.id >= 0 }) else {
      throw TokenizerError(file, "has a token with a number outside of 0..<\(Vocabulary.limit)")
    }
    var names: [[UInt8]?] = Array(repeating: nil, count: largest + 1)
    for (token, id) in entries {
      if let known = names[id], known != token {
        let tokens = [known, token].map { String(decoding: $0, as: UTF8.self) }
        throw TokenizerError(file, "gives the number \(id) to '\(tokens[0])' and to '\(tokens[1])'")
      }
      names[id] = token
      ids[token] = id
    }
    self.ids = ids
    self.names = names
  }

  /// One more than the largest number.
  public var count: Int { names.count }

  /// The number of a token.
  public func id(of token: String) -> Int? { ids[Array(token.utf8)] }

  func id(of token: [UInt8]) -> Int? { ids[token] }

  /// The token of a number.
  public func token(_ id: Int) -> String? { bytes(id).map { String(decoding: $0, as: UTF8.self) } }

  func bytes(_ id: Int) -> [UInt8]? { names.indices.contains(id) ? names[id] : nil }

  /// The tokens in the order of their numbers.
  var entries: [(token: [UInt8], id: Int)] { names.enumerated().compactMap { id, name in name.map { ($0, id) } } }
}
