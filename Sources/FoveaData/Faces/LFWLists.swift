import Foundation

/// One of LFW's lists of pairs, as it is written.
///
/// The first line has the number of pairs of each kind, or the number of folds and then that of pairs of each kind a fold.
/// A pair of the same person is `name number number`, one of two people `name number name number`.
struct LFWPairList {
  /// A photograph of a list.
  struct Photograph {
    let name: String
    let number: Int

    /// As in the names of files: four digits.
    var paddedNumber: String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
  }

  /// A pair, and the line that it stands in.
  struct Line {
    let first: Photograph
    let second: Photograph
    let number: Int
  }

  let lines: [Line]
  let folds: Int
  private let file: URL

  /// - Throws: ``DatasetError`` with the file, the line and what is wrong.
  init(file: URL) throws {
    self.file = file
    let rows = try Self.rows(of: file)
    guard let head = rows.first, (1...2).contains(head.words.count),
      head.words.allSatisfy({ Int($0).map { (1...1_000_000).contains($0) } ?? false })
    else {
      throw DatasetError("\(file.path):1", "is not the number of folds and pairs", fix: "fetch LFW's list again")
    }
    let counts = head.words.compactMap { Int($0) }
    folds = counts.count == 2 ? counts[0] : 1
    let (pairs, overflows) = (counts.last ?? 0).multipliedReportingOverflow(by: 2 * folds)
    guard !overflows, rows.count - 1 == pairs else {
      throw DatasetError(
        file.path, "promises \(overflows ? "too many" : "\(pairs)") pairs and has \(rows.count - 1)",
        fix: "fetch LFW's list again")
    }
    lines = try rows.dropFirst().map { row in
      let words = row.words
      guard let first = Self.photograph(words, 0), words.count == 3 || words.count == 4,
        let second = words.count == 3 ? Self.photograph([words[0], words[2]], 0) : Self.photograph(words, 2),
        words.count == 3 || words[0] != words[2]
      else {
        throw DatasetError(
          "\(file.path):\(row.number)", "is neither 'name number number' nor 'name number name number'")
      }
      return Line(first: first, second: second, number: row.number)
    }
  }

  /// What messages call a line.
  func place(of number: Int) -> String { "\(file.path):\(number)" }

  /// The names of a list of people, `name number` a line after lines of a number alone.
  ///
  /// - Throws: ``DatasetError`` with the line that is wrong.
  static func people(in file: URL) throws -> [String] {
    try rows(of: file).compactMap { row in
      if row.words.count == 1, Int(row.words[0]) != nil { return nil }
      guard row.words.count == 2, Int(row.words[1]) != nil, isName(row.words[0]) else {
        throw DatasetError("\(file.path):\(row.number)", "is not 'name number'")
      }
      return row.words[0]
    }
  }

  private static func photograph(_ words: [String], _ start: Int) -> Photograph? {
    guard words.count >= start + 2, let number = Int(words[start + 1]), (1...999_999).contains(number),
      isName(words[start])
    else { return nil }
    return Photograph(name: words[start], number: number)
  }

  /// Names become paths, so they must not lead out of the folder.
  private static func isName(_ text: String) -> Bool { !text.contains("/") && !text.hasPrefix(".") }

  private static func rows(of file: URL) throws -> [(number: Int, words: [String])] {
    let text: String
    do { text = String(decoding: try Data(contentsOf: file), as: UTF8.self) } catch {
      throw DatasetError(file.path, "cannot be read: \(error.localizedDescription)")
    }
    return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().compactMap {
      index, line -> (number: Int, words: [String])? in
      let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
      return words.isEmpty ? nil : (index + 1, words)
    }
  }
}
