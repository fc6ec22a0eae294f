/// One line of text that says how far something has come.
struct ProgressLine {
  var title: String
  var unit: String
  var done: Int
  var total: Int?
  /// Units a second, where it is known.
  var rate: Double?
  /// Seconds since the start.
  var elapsed: Double
  /// Numbers to show at the end, in order.
  var figures: [(name: String, value: Double)]
  /// Whether the bar may use block characters.
  var isUnicode = true

  var isFinished: Bool { total.map { done >= $0 } ?? false }

  private static let longestBar = 30
  private static let shortestBar = 12

  /// The line, not wider than `width` columns. What matters least goes first; the bar takes what is left.
  func text(width: Int) -> String {
    var parts = parts()
    func room() -> Int { width - parts.reduce(0) { $0 + $1.text.count + 2 } }
    func giveUp(above rank: Int, toFit columns: Int) {
      while room() < columns, let least = parts.indices.max(by: { parts[$0].rank < parts[$1].rank }),
        parts[least].rank > rank
      {
        parts.remove(at: least)
      }
    }
    if total != nil { giveUp(above: 3, toFit: Self.shortestBar) }
    if let bar = bar(columns: min(room(), Self.longestBar)) { parts.insert((bar, 0), at: 1) }
    giveUp(above: 0, toFit: -2)  // the last part needs no gap after it
    return String(parts.map(\.text).joined(separator: "  ").prefix(max(width, 0)))
  }

  /// The line without a bar, for a log.
  var plainText: String { parts().map(\.text).joined(separator: "  ") }

  /// The pieces of the line; the higher the rank, the sooner a piece is given up, those above 3 also for the bar.
  private func parts() -> [(text: String, rank: Int)] {
    var parts = [(title, 0)]
    if let total, total > 0 { parts.append(("\(min(100, 100 * done / total))%", 1)) }
    parts.append(((total.map { "\(done.grouped)/\($0.grouped)" } ?? done.grouped) + " \(unit)", 4))
    if let rate {
      parts.append((rateText(rate), 5))
      if let total, !isFinished, rate > 0 { parts.append(("\((Double(total - done) / rate).clockText) left", 2)) }
    }
    if isFinished || total == nil { parts.append((elapsed.clockText, 2)) }
    for (index, figure) in figures.enumerated() {
      parts.append(("\(figure.name) \(figure.value.brief)", index == 0 ? 3 : 5 + index))
    }
    return parts.map { (Self.printable($0.0), $0.1) }
  }

  private func rateText(_ rate: Double) -> String {
    switch rate {
    case 100...: "\(Int(min(rate, 1e15)).grouped)/s"
    case 1...: String(format: "%.1f/s", rate)
    default: String(format: "%.1f/min", rate * 60)
    }
  }

  /// A bar that fills this many columns, its two ends included; nil where that is too few.
  private func bar(columns: Int) -> String? {
    guard let total, total > 0, columns >= Self.shortestBar else { return nil }
    let cells = columns - 2
    let eighths = min(max(done, 0), total) * cells * 8 / total
    guard isUnicode else {
      let full = eighths / 8
      return "[" + String(repeating: "#", count: full) + String(repeating: "-", count: cells - full) + "]"
    }
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    let filled = String(repeating: "█", count: eighths / 8) + part
    return "│" + filled + String(repeating: " ", count: cells - filled.count) + "│"
  }

  /// Text from outside without line breaks and escape sequences, which would break the line or the terminal.
  private static func printable(_ text: String) -> String {
    String(text.map { $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? " " : $0 })
  }
}
