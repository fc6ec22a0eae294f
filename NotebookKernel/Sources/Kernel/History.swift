import Jupyter

/// The cells that were run in this session.
package struct History {
  package init() {}

  private var sources = CellSources()

  package mutating func add(_ source: String, line: Int) { sources.add(source, number: line) }

  package func reply(to request: JSON) -> JSON {
    var found = sources.entries
    switch request["hist_access_type"]?.string {
    case "range":
      let start = request["start"]?.integer ?? 0
      let stop = request["stop"]?.integer ?? Int.max
      // Sessions before this one are not kept.
      let isThisSession = (request["session"]?.integer ?? 0) == 0
      found = isThisSession ? found.filter { $0.number >= start && $0.number < stop } : []
    case "search":
      let pattern = request["pattern"]?.string ?? "*"
      found = found.filter { matches($0.text[...], pattern[...]) }
      if request["unique"]?.bool == true {
        var seen: Set<String> = []
        found = found.reversed().filter { seen.insert($0.text).inserted }.reversed()
      }
    default: break
    }
    if let count = request["n"]?.integer, count >= 0 { found = found.suffix(count) }
    let withOutput = request["output"]?.bool == true
    let rows = found.map { entry -> JSON in
      let source = JSON.string(entry.text)
      return [0, JSON(entry.number), withOutput ? [source, .null] : source]
    }
    return ["status": "ok", "history": .array(rows)]
  }

  /// Whether a text fits a pattern with `*` for any text and `?` for any character.
  private func matches(_ text: Substring, _ pattern: Substring) -> Bool {
    var (text, pattern) = (text, pattern)
    var retry: (text: Substring, pattern: Substring)?
    while true {
      if let next = pattern.first, next == "*" {
        pattern = pattern.dropFirst()
        retry = (text, pattern)
      } else if let character = text.first, let next = pattern.first, next == "?" || next == character {
        text = text.dropFirst()
        pattern = pattern.dropFirst()
      } else if text.isEmpty && pattern.isEmpty {
        return true
      } else if let last = retry, !last.text.isEmpty {
        text = last.text.dropFirst()
        pattern = last.pattern
        retry = (text, pattern)
      } else {
        return false
      }
    }
  }
}
