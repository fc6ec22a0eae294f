/// Every caption metric of a corpus.
public struct CaptionMetrics: Sendable, Equatable {
  /// The values by name, in the order in which they are shown: `bleu_1` to `bleu_4`, `rouge_l`, `cider`, `cider_d`,
  /// `meteor_exact_stem` and `exact_match`.
  public let values: [(name: String, value: Double)]

  /// Measures captions.
  public init(_ corpus: CaptionCorpus) {
    var values = corpus.bleu().enumerated().map { (name: "bleu_\($0 + 1)", value: $1.overall) }
    values.append(("rouge_l", corpus.rougeL().overall))
    values.append(("cider", corpus.cider(.plain).overall))
    values.append(("cider_d", corpus.cider(.d).overall))
    values.append(("meteor_exact_stem", corpus.meteor().overall))
    values.append(("exact_match", corpus.exactMatch().overall))
    self.values = values
  }

  /// The value of a metric; nil where there is none of that name.
  public subscript(name: String) -> Double? { values.first { $0.name == name }?.value }

  public static func == (a: CaptionMetrics, b: CaptionMetrics) -> Bool {
    a.values.elementsEqual(b.values) { $0.name == $1.name && $0.value == $1.value }
  }
}

extension CaptionCorpus {
  /// The share of captions that are one of their references, word for word.
  public func exactMatch() -> CaptionScore {
    CaptionScore(meanOf: entries.map { $0.references.contains($0.caption) ? 1 : 0 })
  }
}
