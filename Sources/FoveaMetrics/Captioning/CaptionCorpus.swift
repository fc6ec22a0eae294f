/// Captions that a model made, each with the captions that people gave to the same image: what caption metrics compare.
///
/// ```swift
/// let corpus = CaptionCorpus(captions: ["a dog runs"], references: [["A dog is running.", "The dog runs fast."]])
/// print(corpus.bleu()[3].overall, corpus.cider(.d).overall)
/// ```
public struct CaptionCorpus: Sendable {
  /// One image: its caption and its references, each a list of word numbers.
  struct Entry: Sendable {
    let caption: [Int]
    let references: [[Int]]
  }

  let entries: [Entry]
  /// The words by their numbers.
  let words: [String]

  /// Captions as sentences, which ``PTBTokenizer`` cuts into words.
  ///
  /// - Precondition: every caption has references.
  public init(captions: [String], references: [[String]]) {
    self.init(
      words: captions.map(PTBTokenizer.words), references: references.map { $0.map(PTBTokenizer.words) })
  }

  /// Captions that are words already.
  ///
  /// - Precondition: every caption has references.
  public init(words captions: [[String]], references: [[[String]]]) {
    precondition(
      captions.count == references.count, "\(captions.count) captions, \(references.count) lists of references")
    precondition(references.allSatisfy { !$0.isEmpty }, "every caption needs at least one reference")
    var numbers: [String: Int] = [:]
    var words: [String] = []
    func number(_ word: String) -> Int {
      if let known = numbers[word] { return known }
      numbers[word] = words.count
      words.append(word)
      return words.count - 1
    }
    entries = zip(captions, references).map { caption, references in
      Entry(caption: caption.map(number), references: references.map { $0.map(number) })
    }
    self.words = words
  }

  /// The number of captions.
  public var count: Int { entries.count }
}

/// What a metric says of captions.
public struct CaptionScore: Sendable, Equatable {
  /// Of all captions together. For BLEU and METEOR it is computed from counts over all, and is not the mean of ``each``.
  public let overall: Double
  /// Of each caption by itself.
  public let each: [Double]

  init(overall: Double, each: [Double]) {
    self.overall = overall
    self.each = each
  }

  /// A metric whose value over all captions is the mean.
  init(meanOf each: [Double]) {
    self.init(overall: each.isEmpty ? .nan : each.reduce(0, +) / Double(each.count), each: each)
  }
}
