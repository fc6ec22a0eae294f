import Foundation
import Jupyter

/// Everything that a cell shows, on its way to the reader: in order, in bounded amounts, and not quicker than anybody reads.
struct CellStreams {
  /// Displays and their bytes that one cell may show before the rest is left out.
  static let displayLimit = 2000
  static let byteLimit = 256 << 20
  /// Seconds between two updates of one display.
  static let updateInterval = 0.1

  private weak var host: (any CellHost)?
  private var output = StreamText(isErrors: false)
  private var errors = StreamText(isErrors: true)
  /// When each display was updated last, and what waits to be shown in its place.
  private var updates: [String: (sent: Double, waiting: JSON?)] = [:]
  private var displays = 0
  private var displayBytes = 0
  private var isOver = false

  init(host: any CellHost) { self.host = host }

  mutating func begin() {
    output.begin()
    errors.begin()
    (displays, displayBytes, isOver) = (0, 0, false)
    updates = [:]
  }

  /// Takes what can be read.
  mutating func read(_ descriptor: Int32, isErrors: Bool) {
    guard let bytes = readAvailable(descriptor), !bytes.isEmpty else { return }
    if isErrors { errors.append(bytes) } else { output.append(bytes) }
  }

  /// Takes and sends all that was printed before now: a pipe holds 64 KB at most.
  mutating func drain(_ worker: Worker) {
    for _ in 0..<2 {
      read(worker.output, isErrors: false)
      read(worker.errors, isErrors: true)
    }
    flush(isDue: true, isLast: false)
  }

  /// Sends what has waited long enough; everything if nothing more will come.
  mutating func flush(isLast: Bool) { flush(isDue: isLast, isLast: isLast) }

  private mutating func flush(isDue: Bool, isLast: Bool) {
    let now = Self.now
    if isLast || (!output.isEmpty && (isDue || now >= output.due)) { send(output.take(at: now, isLast: isLast), false) }
    if isLast || (!errors.isEmpty && (isDue || now >= errors.due)) { send(errors.take(at: now, isLast: isLast), true) }
    for (id, update) in updates where isLast || now >= update.sent + Self.updateInterval {
      guard let content = update.waiting else { continue }
      updates[id] = (now, nil)
      host?.show(.update(content, id: id))
    }
  }

  private func send(_ text: String, _ isErrors: Bool) {
    if !text.isEmpty { host?.show(.text(text, isErrors: isErrors)) }
  }

  /// How long the next wait may take; -1 if nothing waits to be sent.
  var millisecondsUntilDue: Int {
    var due: [Double] = []
    if !output.isEmpty { due.append(output.due) }
    if !errors.isEmpty { due.append(errors.due) }
    due += updates.values.filter { $0.waiting != nil }.map { $0.sent + Self.updateInterval }
    return due.min().map { max(1, Int(($0 - Self.now) * 1000) + 1) } ?? -1
  }

  /// Shows something that is no stream.
  mutating func show(_ shown: CellOutput) {
    switch shown {
    case .update(let content, let id):
      guard updates[id] != nil || countDisplay(content) else { return }
      if let last = updates[id], Self.now < last.sent + Self.updateInterval {
        updates[id] = (last.sent, content)
        return
      }
      updates[id] = (Self.now, nil)
    case .display(let content, let id):
      guard countDisplay(content) else { return }
      if let id { updates[id] = (-.infinity, nil) }  // to be updated at once, and not counted again
    case .result(let content): guard countDisplay(content) else { return }
    case .text, .clear: break
    }
    host?.show(shown)
  }

  /// Counts a display; whether it may still be shown.
  private mutating func countDisplay(_ content: JSON) -> Bool {
    guard !isOver else { return false }
    displays += 1
    displayBytes += content.textSize
    isOver = displays > Self.displayLimit || displayBytes > Self.byteLimit
    if isOver {
      let notice =
        "[The cell shows more than \(Self.displayLimit) displays, or too large ones; the rest is left out.]\n"
      host?.show(.text(notice, isErrors: true))
    }
    return !isOver
  }

  /// Prints what was kept for the failure of a cell, where none runs.
  mutating func showKept() { send(errors.takeKept(), true) }

  /// A fatal error's message; where none is expected, what looked like one is printed after all.
  mutating func takeFatalError(isExpected: Bool) -> String? {
    if isExpected { return errors.takeFatalError() }
    showKept()
    return nil
  }

  private static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}

extension JSON {
  /// The bytes of the texts in a bundle.
  fileprivate var textSize: Int { object?.values.reduce(0) { $0 + ($1.string?.utf8.count ?? 0) } ?? 0 }
}
