import Cells
import Foundation
import Jupyter
import Kernel
import Testing

/// A notebook without a client: runs cells with a real compiler and a real worker, and keeps what they show.
final class Notebook: CellHost {
  private var session: CellSession?
  private var count = 0
  private(set) var shown: [CellOutput] = []
  var answer: String?
  /// When a cell is interrupted at the latest, so that a fault fails a test and does not stop all.
  private var deadline = Date.distantFuture
  /// Called at each wait.
  var whileRunning: ((CellSession, Stage) -> Void)?

  /// What is waited for.
  enum Stage { case compiler, cell }

  init(packages: [BuiltPackage] = []) throws {
    session = try CellSession(
      installation: Installation(folder: Installation.own), toolchain: Toolchain(), packages: packages, host: self)
  }

  /// What a cell did.
  struct Result {
    var failure: CellFailure?
    var shown: [CellOutput]

    /// What it printed.
    var text: String { shown.map { if case .text(let text, false) = $0 { text } else { "" } }.joined() }
    var errors: String { shown.map { if case .text(let text, true) = $0 { text } else { "" } }.joined() }

    /// The value of its last expression.
    var value: String? {
      for output in shown { if case .result(let bundle) = output { return bundle["text/plain"]?.string } }
      return nil
    }
  }

  /// What was printed since the last cell began.
  var text: String { shown.map { if case .text(let text, _) = $0 { text } else { "" } }.joined() }

  @discardableResult
  func run(_ source: String) -> Result {
    count += 1
    shown = []
    deadline = Date().addingTimeInterval(60)
    defer { deadline = .distantFuture }
    let failure = session?.execute(source, execution: count)
    return Result(failure: failure, shown: shown)
  }

  /// Runs cells, none of which may fail, and compares the value of the last.
  func expect(_ cells: [String], value: String) throws {
    for cell in cells.dropLast() { #expect(run(cell).failure == nil, "\(cell)") }
    let last = run(try #require(cells.last))
    #expect(last.failure == nil)
    #expect(last.value == value)
  }

  /// Waits between two cells until something in the background shows something, however busy the machine is.
  func idleUntilSomethingIsShown() {
    shown = []
    idle(upTo: 60) { !shown.isEmpty }
  }

  /// Waits between two cells.
  func idle(upTo seconds: Double, until isEnough: () -> Bool = { false }) {
    let end = Date().addingTimeInterval(seconds)
    while !isEnough(), Date() < end, let session {
      session.serveBetweenCells(wait(for: session.sourcesBetweenCells, milliseconds: 20))
    }
  }

  func interrupt() { session?.interrupt() }

  func show(_ output: CellOutput) { shown.append(output) }
  func askForInput(prompt: String, isPassword: Bool) { session?.answerInput(answer) }

  func wait(for sources: [Poll.Source], milliseconds: Int) -> Set<Poll.Source> {
    // Beside the process of the cells there is only the compiler to wait for.
    if let session {
      whileRunning?(session, sources.count > session.sourcesBetweenCells.count ? .compiler : .cell)
    }
    if Date() > deadline { session?.interrupt() }
    let longest = whileRunning == nil ? 1000 : 20
    return Poll.wait(sources, milliseconds: milliseconds < 0 ? longest : min(milliseconds, longest))
  }
}

extension CellOutput {
  func isText(beginning: String) -> Bool {
    if case .text(let text, false) = self { text.hasPrefix(beginning) } else { false }
  }
}
