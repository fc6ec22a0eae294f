// ROUGE: A Package for Automatic Evaluation of Summaries. Chin-Yew Lin, 2004. https://aclanthology.org/W04-1013

extension CaptionCorpus {
  /// ROUGE-L, in 0...1: the longest run of words, gaps allowed, that a caption has in common with a reference.
  ///
  /// As the COCO evaluation computes it: F with beta 1.2 of the best precision and the best recall over the references.
  public func rougeL() -> CaptionScore {
    CaptionScore(
      meanOf: entries.map { entry in
        var (precision, recall) = (0.0, 0.0)
        for reference in entry.references {
          // The evaluation takes a caption without words as one empty word.
          let (caption, gold) = (entry.caption.isEmpty ? [-1] : entry.caption, reference.isEmpty ? [-1] : reference)
          let shared = Double(longestCommonSubsequence(caption, gold))
          precision = max(precision, shared / Double(caption.count))
          recall = max(recall, shared / Double(gold.count))
        }
        guard precision > 0, recall > 0 else { return 0 }
        let square = 1.2 * 1.2
        return (1 + square) * precision * recall / (recall + square * precision)
      })
  }
}

/// The length of the longest list that both lists become when some elements are left out.
private func longestCommonSubsequence(_ a: [Int], _ b: [Int]) -> Int {
  var row = Array(repeating: 0, count: b.count + 1)
  for word in a {
    var diagonal = 0
    for (place, other) in b.enumerated() {
      let above = row[place + 1]
      row[place + 1] = word == other ? diagonal + 1 : max(above, row[place])
      diagonal = above
    }
  }
  return row[b.count]
}
