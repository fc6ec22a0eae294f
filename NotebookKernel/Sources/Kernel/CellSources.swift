/// The texts of cells by their numbers, the oldest forgotten where they become too many.
struct CellSources {
  private(set) var entries: [(number: Int, text: String)] = []
  private var bytes = 0
  private static let limits = (count: 10_000, bytes: 16 << 20)

  mutating func add(_ text: String, number: Int) {
    entries.append((number, text))
    bytes += text.utf8.count
    var surplus = 0
    while entries.count - surplus > Self.limits.count || (bytes > Self.limits.bytes && entries.count - surplus > 1) {
      bytes -= entries[surplus].text.utf8.count
      surplus += 1
    }
    entries.removeFirst(surplus)
  }

  /// The newest text of this number.
  subscript(number: Int) -> String? { entries.last { $0.number == number }?.text }
}
