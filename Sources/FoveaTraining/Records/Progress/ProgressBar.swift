import Foundation

/// A live line on standard error: how far, how fast, how long yet, and a few numbers.
///
/// ```swift
/// let bar = ProgressBar("Epoch 3/10", total: 50_000, unit: "images")
/// for batch in loader {
///   bar.advance(by: batch.labels.count, showing: [("loss", loss)])
/// }
/// bar.finish()
/// ```
/// On a terminal the line is redrawn at most ten times a second and never wraps. Elsewhere (a log file, a pipe) a plain
/// line is written every half minute and at the end.
public final class ProgressBar {
  private let terminal: Terminal
  private let now: () -> Double
  private let start: Double
  private var line: ProgressLine
  private var rate: RecentRate
  private var lastShown: Double
  private var isLineOpen = false
  private var isFinished = false

  /// Starts counting.
  ///
  /// - Parameters:
  ///   - title: what is going on.
  ///   - total: how many units there are; nil where nobody knows.
  ///   - unit: what is counted, in the plural.
  ///   - done: how many were done before, by a run that is resumed.
  public convenience init(_ title: String, total: Int?, unit: String = "images", done: Int = 0) {
    self.init(
      title, total: total, unit: unit, done: done, terminal: .standardError,
      now: { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 })
  }

  init(
    _ title: String, total: Int?, unit: String, done: Int = 0, terminal: Terminal, now: @escaping () -> Double
  ) {
    self.terminal = terminal
    self.now = now
    start = now()
    lastShown = terminal.isLive ? -.infinity : start  // a log gets its first line when there is something to say
    rate = RecentRate(time: start, done: done)
    line = ProgressLine(
      title: title, unit: unit, done: done, total: total, rate: nil, elapsed: 0, figures: [],
      isUnicode: terminal.isUnicode)
  }

  deinit {
    // Left in the middle by an error: what is printed next begins a line of its own.
    if isLineOpen { terminal.write("\n") }
  }

  /// Counts units, and shows numbers with their names in place of those before.
  public func advance(by count: Int = 1, showing figures: [(name: String, value: Double)]? = nil) {
    line.done += count
    if let figures { line.figures = figures }
    let time = now()
    guard !isFinished, time - lastShown >= (terminal.isLive ? 0.1 : 30) else { return }
    show(at: time)
  }

  /// Writes a message above the line.
  public func note(_ message: String) {
    guard isLineOpen else { return terminal.write(message + "\n") }
    terminal.write("\r\u{1B}[K" + message + "\n")
    show(at: now())
  }

  /// Shows the line a last time and leaves it there. Further calls do nothing.
  public func finish(showing figures: [(name: String, value: Double)]? = nil) {
    guard !isFinished else { return }
    if let figures { line.figures = figures }
    show(at: now())
    isFinished = true
    if isLineOpen { terminal.write("\n") }
    isLineOpen = false
  }

  private func show(at time: Double) {
    rate.mark(time: time, done: line.done)
    lastShown = time
    line.elapsed = time - start
    line.rate = rate.perSecond
    if terminal.isLive {
      // The last column stays free: some terminals wrap as soon as it is written.
      terminal.write("\r" + line.text(width: terminal.width() - 1) + "\u{1B}[K")
      isLineOpen = true
    } else {
      terminal.write(line.plainText + "\n")
    }
  }
}
