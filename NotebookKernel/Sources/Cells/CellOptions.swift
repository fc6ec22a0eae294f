/// The lines of a cell that begin with `%`: they are for the kernel, not for the compiler.
package struct CellOptions: Equatable {
  /// What such a line asks for.
  package enum Directive: Equatable {
    /// Compile this cell, or all that follow if it stands alone, with or without optimization.
    case optimize(Bool)
    /// Say how long the cell took to compile and to run.
    case time
    /// Make a built package importable.
    case package(name: String, path: String)
    /// Set an environment variable of the worker.
    case environment(name: String, value: String)
  }

  package var directives: [Directive] = []
  /// The cell's text with empty lines in their place.
  package var source: String
  /// What is wrong with a line: its number, counted from 1, and why.
  package var problem: (line: Int, message: String)?

  /// Whether nothing but such lines, comments and spaces is there.
  package var isBare: Bool { source.allSatisfy(\.isWhitespace) }

  package static func == (left: CellOptions, right: CellOptions) -> Bool {
    left.directives == right.directives && left.source == right.source && left.problem?.line == right.problem?.line
  }

  package init(_ text: String) {
    var lines: [Substring] = []
    var isLeading = true
    source = ""
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let trimmed = line.drop(while: \.isWhitespace)
      // Only before the first line of Swift: further down, `%` may begin the second line of an expression.
      guard isLeading, trimmed.hasPrefix("%") else {
        if !trimmed.isEmpty && !trimmed.hasPrefix("//") { isLeading = false }
        lines.append(line)
        continue
      }
      lines.append("")
      switch Self.directive(trimmed) {
      case .success(let directive): directives.append(directive)
      case .failure(let mistake): problem = problem ?? (index + 1, mistake.message)
      }
    }
    source = lines.joined(separator: "\n")
  }

  private struct Mistake: Error { var message: String }

  private static func directive(_ line: Substring) -> Result<Directive, Mistake> {
    let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
    switch (words[0], words.count) {
    case ("%O", 1): return .success(.optimize(true))
    case ("%Onone", 1): return .success(.optimize(false))
    case ("%time", 1): return .success(.time)
    case ("%package", 3): return .success(.package(name: words[1], path: words[2]))
    case ("%package", _):
      return .failure(Mistake(message: "%package takes a name and a path: %package Fovea /home/me/fovea"))
    case ("%env", 2...):
      let rest = line.drop { !$0.isWhitespace }.drop(while: \.isWhitespace)
      guard let equals = rest.firstIndex(where: { $0 == "=" || $0.isWhitespace }), equals != rest.startIndex else {
        break
      }
      let value = rest[rest.index(after: equals)...]
      return .success(.environment(name: String(rest[..<equals]), value: String(value.trimmingSpaces)))
    default: break
    }
    if words[0] == "%env" { return .failure(Mistake(message: "%env takes a name and a value: %env NAME=VALUE")) }
    return .failure(
      Mistake(
        message: "'\(words[0])' is unknown here; there are %O, %Onone, %time, %package NAME PATH and %env NAME=VALUE"))
  }
}

extension Substring {
  fileprivate var trimmingSpaces: Substring {
    var text = drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
