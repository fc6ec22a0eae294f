import Cells
import Foundation

/// Makes a library of a cell, and waits without keeping the kernel from its clients.
struct CellBuild {
  /// What came of it.
  enum Outcome {
    case built(RewrittenCell, warnings: [Diagnostic])
    case refused([Diagnostic], output: String)
    case interrupted
  }

  var arguments: CompilerArguments
  var chain: CellChain
  /// The number of the module, and the number that the reader sees.
  var number: Int
  var execution: Int
  /// Runs a command: its exit code and what it printed, or nil if it was interrupted.
  var run: ([String]) throws -> (status: Int32, output: String)?

  /// Compiles a cell; where the compiler wants it asynchronous, or finds fault with access, a second time in another way.
  mutating func build(_ source: String) throws -> Outcome {
    var rewriter = CellRewriter(origins: chain.origins, imported: chain.imported)
    var outcome = try attempt(rewriter.rewrite(source))
    guard case .refused(_, let output) = outcome else { return outcome }
    if output.contains("[#ActorIsolatedCall]") || output.contains("main actor-isolated") {
      rewriter.isForcedAsync = true
      let second = try attempt(rewriter.rewrite(source))
      if case .refused = second {} else { outcome = second }
    } else if output.contains("must be declared public") || output.contains("uses an internal type")
      || output.contains("must be as accessible as")
    {
      arguments.ignoresAccess = true
      let second = try attempt(rewriter.rewrite(source))
      if case .refused = second {} else { outcome = second }
    }
    return outcome
  }

  private func attempt(_ cell: RewrittenCell) throws -> Outcome {
    try write(cell)
    guard let compiled = try run(arguments.compile(number)) else { return .interrupted }
    let wording = CompilerWording(chain: chain, number: number, execution: execution)
    let diagnostics = Diagnostic.parse(compiled.output, of: cell, execution: execution, wording: wording)
    guard compiled.status == 0 else { return .refused(diagnostics, output: compiled.output) }
    guard let linked = try run(arguments.link(number)) else { return .interrupted }
    guard linked.status == 0 else { throw KernelProblem("the linker failed: \(linked.output)") }
    return .built(cell, warnings: diagnostics.filter { $0.severity == .warning })
  }

  private func write(_ cell: RewrittenCell) throws {
    let text = """
      \(chain.header(of: number, imports: cell.imports))
      #sourceLocation(file: "In [\(execution)]", line: 1)
      \(cell.edits.text)
      _notebookMark(1000000)

      """
    try Data(text.utf8).write(to: URL(filePath: arguments.source(number)))
  }

  /// Makes the module of a cell that ended early from what it came to; returns what is published, or nil if nothing is.
  func rebuildModule(_ cell: RewrittenCell, mark: Int) throws -> RewrittenCell? {
    for keepsLater in [true, false] {
      let part = cell.declarationsReached(mark: mark, keepsLater: keepsLater)
      try write(part)
      if let result = try run(arguments.emitModule(number)), result.status == 0 { return part }
    }
    return nil
  }

  /// Removes what nobody needs once the cell has run; its library holds the lines for tracebacks.
  func removeIntermediates() {
    for file in [arguments.source(number), arguments.object(number)] {
      try? FileManager.default.removeItem(atPath: file)
    }
  }

  /// The toolchain's libraries that the built cell needs.
  func libraries() -> [String] {
    let object = (try? Data(contentsOf: URL(filePath: arguments.object(number)))) ?? Data()
    return autolinkEntries(ofObject: object).map { "\(arguments.toolchain.libraries)/lib\($0).so" }
      .filter(FileManager.default.fileExists(atPath:))
  }
}
