/// The name that was most likely meant: the one that takes the fewest changes of a letter, if they are few enough.
///
/// Capitals, hyphens, underscores and spaces do not count.
public func nearestName(to name: String, in names: some Sequence<String>) -> String? {
  let wanted = essentialLetters(name)
  var best: (name: String, changes: Int)?
  for candidate in names {
    let changes = editDistance(wanted, essentialLetters(candidate))
    if changes < best?.changes ?? Int.max { best = (candidate, changes) }
  }
  guard let best, best.changes <= max(1, wanted.count / 3) else { return nil }
  return best.name
}

private func essentialLetters(_ name: String) -> [Character] {
  name.lowercased().filter { !"-_ ".contains($0) }.map { $0 }
}

/// How many letters must be put in, taken out or exchanged, or swapped with their neighbour (Damerau, 1964).
private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
  var rows = [Array(0...right.count)]
  for i in left.indices {
    var row = [i + 1]
    for j in right.indices {
      var least = min(rows[i][j] + (left[i] == right[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { least = min(least, rows[i - 1][j - 1] + 1) }
      row.append(least)
    }
    rows.append(row)
  }
  return rows[left.count][right.count]
}
