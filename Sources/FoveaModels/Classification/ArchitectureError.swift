/// Why a classifier cannot be made as asked.
public enum ArchitectureError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is none of this name; `nearest` is the one that is spelt most like it.
  case unknown(name: String, nearest: String)
  /// A number that has to be 1 or more.
  case notPositive(field: String, value: Int)
  /// A stem that this architecture does not have.
  case noStem(Stem, architecture: String, stems: [Stem])

  public var description: String {
    switch self {
    case .unknown(let name, let nearest):
      "there is no model '\(name)'; did you mean '\(nearest)'? `fovea models list` names all"
    case .notPositive(let field, let value): "\(field) is \(value), but has to be 1 or more"
    case .noStem(let stem, let architecture, let stems):
      "\(architecture) has no '\(stem.rawValue)' stem; use \(stems.map { "'\($0.rawValue)'" }.joined(separator: " or "))"
    }
  }
}

/// How many letters have to be put in, taken out or changed to make one word of another (Levenshtein, 1966).
func editDistance(_ a: String, _ b: String) -> Int {
  let b = Array(b)
  var row = Array(0...b.count)
  for (i, letter) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in b.enumerated() {
      let changed = diagonal + (letter == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
