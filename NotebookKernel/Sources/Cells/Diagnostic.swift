import Foundation

/// What the compiler says about a cell.
package struct Diagnostic: Equatable {
  package enum Severity: String { case error, warning, note }

  package var severity: Severity
  /// The number of the cell, as the reader sees it.
  package var execution: Int
  /// Counted from 1; the column in bytes.
  package var line: Int
  package var column: Int
  package var message: String

  /// The diagnostics in the compiler's output (`-diagnostic-style llvm`), with columns of the reader's own text.
  ///
  /// What concerns only text that the kernel has put in is left out; so is what is of no use in a notebook.
  package static func parse(
    _ output: String, of cell: RewrittenCell, execution: Int, wording: CompilerWording
  ) -> [Diagnostic] {
    var found: [Diagnostic] = []
    for line in output.split(separator: "\n") {
      guard
        let match = line.wholeMatch(
          of: /(?:In \[([0-9]+)\]|.*):([0-9]+):([0-9]+): (error|warning|note): (.*)/),
        let row = Int(match.2), let column = Int(match.3), let severity = Severity(rawValue: String(match.4))
      else { continue }
      let raw = String(match.5)
      if severity != .error && noise.contains(where: raw.contains) { continue }
      let text = wording.readable(raw)
      guard let number = match.1.flatMap({ Int($0) }) else {
        // In the header: an error is worth knowing, as nothing was compiled.
        if severity == .error { found.append(Diagnostic(.error, execution, 1, 1, text)) }
        continue
      }
      let original = number == execution ? cell.edits.originalColumn(line: row, column: column) : column
      guard let original = original ?? (severity == .error ? 1 : nil) else { continue }
      found.append(Diagnostic(severity, number, row, original, text))
    }
    return found
  }

  private init(_ severity: Severity, _ execution: Int, _ line: Int, _ column: Int, _ message: String) {
    self.severity = severity
    self.execution = execution
    self.line = line
    self.column = column
    self.message = message
  }

  /// Warnings about what notebooks do all the time.
  private static let noise = [
    "no 'async' operations occur within 'await'", "is unused", "was never used", "was never mutated",
    "add '@retroactive'", "extension declares a conformance of imported type", "will never be executed",
    "'nonisolated(unsafe)' is unnecessary",
    "'nonisolated(unsafe)' has no effect", "using '_' to ignore",
  ]

  /// The message with the line of the cell's text and a caret below it.
  package func text(source: String) -> String {
    var text = "In [\(execution)]:\(line):\(column): \(severity.rawValue): \(message)"
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    guard line <= lines.count else { return text }
    let snippet = lines[line - 1]
    let before = snippet.utf8.prefix(column - 1)
    // Tabs stay tabs, so that the caret stands below its place.
    let padding = String(decoding: Array(before), as: UTF8.self).map { $0 == "\t" ? "\t" : " " }.joined()
    text += "\n\(snippet)\n\(padding)^"
    return text
  }
}
