import Cells
import Foundation

/// Why a cell did not end well.
package struct CellFailure: Error, Equatable {
  package var name: String
  package var message: String
  package var traceback: [String]

  package init(_ name: String, _ message: String, details: [String] = []) {
    self.name = name
    self.message = message
    traceback = ["\u{1B}[31m\(name)\u{1B}[0m: \(message)"] + details
  }
}

extension CellFailure {
  static let interrupted = CellFailure("Interrupted", "the cell was stopped")

  /// What the compiler has against a cell; `sources` are the texts of all cells, by the numbers that their reader sees.
  init(_ diagnostics: [Diagnostic], output: String, source: String, sources: CellSources) {
    guard let first = diagnostics.first(where: { $0.severity == .error }) else {
      self.init("CompilerFailure", ReaderText.withoutCellModules(output))
      return
    }
    self.init("CompileError", first.message)
    traceback = diagnostics.filter { $0.severity != .warning }.map {
      $0.text(source: sources[$0.execution] ?? source)
    }
  }

  /// How a cell ended, unless it ended well.
  init?(_ ending: CellEnding, fatalError: String?, toolchain: Toolchain, sources: CellSources) {
    func traceback() -> [String] { Traceback(ending.frames, toolchain: toolchain).lines(sources: sources) }
    switch ending.kind {
    case .ended: return nil
    case .interrupted: self = .interrupted
    case .exited: self.init("Exit", "The cell called exit(\(ending.number)); the kernel goes on.")
    case .unloadable: self.init("LoadError", ReaderText.withoutCellModules(ending.errorText))
    case .threw:
      let name = ReaderText.withoutCellModules(ending.errorType)
      self.init(name, ReaderText.withoutCellModules(ending.errorText), details: traceback())
    case .trapped, .trappedElsewhere:
      let message = ReaderText.withoutCellModules(fatalError ?? Self.meaning(ofSignal: ending.number))
      let place = ending.kind == .trapped ? [] : ["  in a background task, whose thread is lost"]
      self.init("FatalError", message, details: place + traceback())
    }
  }

  /// What a trap without a message means.
  private static func meaning(ofSignal number: Int32) -> String {
    switch number {
    case SIGSEGV, SIGBUS: "a bad pointer was followed, or a recursion went too deep"
    case SIGFPE: "a division by zero"
    case SIGABRT: "the program was aborted"
    default: "a trap: an overflow, a nil that was unwrapped, an index out of range, or the like"
    }
  }
}
