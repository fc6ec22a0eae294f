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

  /// The line, not wider than `width` columns. What matters least goes first, the bar shrinks before that.
  func text(width: Int) -> String {
    var parts = parts()
    func needed() -> Int { parts.reduce(-2) { $0 + $1.text.count + 2 } }
    while needed() > width, parts.count > 1, let least = parts.indices.max(by: { parts[$0].rank < parts[$1].rank }) {
      parts.remove(at: least)
    }
    let room = min(width - needed() - 2, 30)
    if let bar = bar(columns: room) {
      parts.insert((bar, 0), at: 1)
    }
    return String(parts.map(\.text).joined(separator: "  ").prefix(max(width, 0)))
  }

  /// The line without a bar, for a log.
  var plainText: String { parts().map(\.text).joined(separator: "  ") }

  /// The pieces of the line; the higher the rank, the sooner a piece is given up.
  private func parts() -> [(text: String, rank: Int)] {
    var parts = [(title, 0)]
    if let total, total > 0 { parts.append(("\(min(100, 100 * done / total))%", 1)) }
    parts.append(((total.map { "\(done.grouped)/\($0.grouped)" } ?? done.grouped) + " \(unit)", 4))
    if let rate {
      parts.append((rateText(rate), 5))
      if let total, !isFinished, rate > 0 { parts.append(("\((Double(total - done) / rate).clockText) left", 2)) }
    }
    if isFinished || total == nil { parts.append((elapsed.clockText, 3)) }
    for (index, figure) in figures.enumerated() {
      parts.append(("\(figure.name) \(figure.value.fourDigits)", 6 + index))
    }
    return parts.map { (Self.printable($0.0), $0.1) }
  }

  private func rateText(_ rate: Double) -> String {
    switch rate {
    case 100...: "\(Int(min(rate, 1e15)).grouped) \(unit)/s"
    case 1...: "\((rate * 10).rounded() / 10) \(unit)/s"
    default: "\((rate * 600).rounded() / 10) \(unit)/min"
    }
  }

  /// A bar that fills this many columns, its two ends included; nil where that is too few.
  private func bar(columns: Int) -> String? {
    guard let total, total > 0, columns >= 10 else { return nil }
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
