/// Puts what the compiler says into the reader's terms: which cell a type is of, and which to run again.
package struct CompilerWording {
  private let chain: CellChain
  private var executions: [Int: Int]

  /// - Parameters:
  ///   - chain: the cells before the one that is compiled.
  ///   - number: the number of its module.
  ///   - execution: the number that its reader sees.
  package init(chain: CellChain, number: Int, execution: Int) {
    self.chain = chain
    executions = chain.executions.merging([number: execution]) { $1 }
  }

  package func readable(_ message: String) -> String {
    if let text = repeatedConformance(message) { return text }
    let text = ReaderText.withoutCellModules(message).replacing(/module '_NotebookCell([0-9]+)'/) { match in
      Int(match.1).map(cell) ?? "an earlier cell"
    }
    return text + (olderType(message) ?? lostExtension(text) ?? "")
  }

  /// `In [3]`, for the number of a module.
  private func cell(_ number: Int) -> String { executions[number].map { "In [\($0)]" } ?? "an earlier cell" }

  /// A type of one name and two cells, as in `cannot convert value of type 'S' to specified type 'S'`.
  private func olderType(_ message: String) -> String? {
    var found: [String: Int] = [:]
    for match in message.matches(of: /_NotebookCell([0-9]+)\.([A-Za-z0-9_]+)/) {
      let name = String(match.2)
      guard let number = Int(match.1) else { continue }
      guard let first = found[name] else {
        found[name] = number
        continue
      }
      if first < number {
        return "; the value belongs to the older '\(name)' of \(cell(first)), declared anew in \(cell(number))"
      }
      if first > number { return "; this was written for the older '\(name)' of \(cell(number)): run its cell again" }
    }
    return nil
  }

  /// What an extension gave to a type that was declared anew since.
  private func lostExtension(_ text: String) -> String? {
    guard ["conform", "has no member", "to type 'any "].contains(where: text.contains) else { return nil }
    for match in text.matches(of: /'(?:any |some )?([A-Za-z_][A-Za-z0-9_]*)[?!]?'/) {
      let name = String(match.1)
      guard let cells = chain.declared[name], cells.count > 1, let newest = cells.last else { continue }
      if let lost = chain.extended[name]?.last(where: { $0 < newest }) {
        return "; the extension in \(cell(lost)) is of the older '\(name)': run it again"
      }
      if chain.isProtocol(name) && text.contains("conform") {
        return "; '\(name)' was declared anew in \(cell(newest)), and what conforms to the older one has to be, too"
      }
    }
    return nil
  }

  /// A conformance that there is already, as when the cell of an extension is run again.
  private func repeatedConformance(_ message: String) -> String? {
    guard
      let match = message.wholeMatch(
        of: /(?:redundant )?conformance of '([^']+)' to protocol '([^']+)'(?: was already stated in .*)?/)
    else { return nil }
    let (type, contract) = (String(match.1), String(match.2))
    let since = chain.extended[type]?.last.map { ", since \(cell($0))" } ?? ""
    let remedy = [type, contract].compactMap { name in
      chain.declared[name]?.last.map { ": run \(cell($0)) again, which declares '\(name)', and then this cell" }
    }
    return "'\(type)' conforms to '\(contract)' already\(since), and a conformance cannot be replaced"
      + (remedy.first ?? "")
  }
}
