import Cells
import Foundation
import Jupyter
import Kernel

/// A notebook without a client: runs cells with a real compiler and a real worker, and keeps what they show.
final class Notebook: CellHost {
  private var session: CellSession?
  private var count = 0
  private(set) var shown: [CellOutput] = []
  var answer: String?
  /// Called at each wait.
  var whileRunning: ((CellSession) -> Void)?

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

  @discardableResult
  func run(_ source: String) -> Result {
    count += 1
    shown = []
    let failure = session?.execute(source, execution: count)
    return Result(failure: failure, shown: shown)
  }

  /// Waits between two cells until something in the background shows something, however busy the machine is.
  func idleUntilSomethingIsShown() {
    let end = Date().addingTimeInterval(60)
    while shown.isEmpty, Date() < end, let session {
      session.serveBetweenCells(wait(for: session.sourcesBetweenCells, milliseconds: 20))
    }
  }

  func show(_ output: CellOutput) { shown.append(output) }
  func askForInput(prompt: String, isPassword: Bool) { session?.answerInput(answer) }

  func wait(for sources: [Poll.Source], milliseconds: Int) -> Set<Poll.Source> {
    if let session { whileRunning?(session) }
    return Poll.wait(sources, milliseconds: whileRunning == nil ? milliseconds : 20)
  }
}
