import Foundation
import Testing

@testable import FoveaTraining

@Suite struct ProgressTests {
  static let line = ProgressLine(
    title: "Epoch 3/10", unit: "images", done: 12_345, total: 50_000, rate: 812.4, elapsed: 15.2,
    figures: [("loss", 0.48215), ("accuracy", 0.84)])

  @Test func aWideLineShowsEverything() {
    #expect(
      Self.line.text(width: 140)
        == "Epoch 3/10  │██████▉                     │  24%  12,345/50,000 images  812/s  0:46 left  loss 0.4822  accuracy 0.8400"
    )
    var ascii = Self.line
    ascii.isUnicode = false
    #expect(ascii.text(width: 140).contains("[######----------------------]"))
  }

  @Test(arguments: 0...160) func noLineIsWiderThanItMayBe(width: Int) {
    let text = Self.line.text(width: width)
    #expect(text.count <= width)
    #expect(width < 10 || text.hasPrefix("Epoch 3/10"))
    #expect(width < 28 || text.contains("left"))
    #expect(width < 54 || (text.contains("│") && text.contains("loss")))
  }

  @Test func fullBarsAreFullAndEmptyOnesEmpty() {
    var line = Self.line
    line.done = 50_000
    #expect(line.text(width: 140).contains("│" + String(repeating: "█", count: 28) + "│  100%"))
    #expect(line.text(width: 140).contains("  0:15  "))  // how long it took, in place of what is left
    line.done = 60_000  // more than was promised
    #expect(line.text(width: 140).contains("  100%"))
    line.done = 0
    #expect(line.text(width: 140).contains("│" + String(repeating: " ", count: 28) + "│  0%"))
  }

  @Test func anUnknownTotalShowsWhatIsDone() {
    let line = ProgressLine(
      title: "Reading", unit: "files", done: 4000, total: nil, rate: 0.5, elapsed: 3723, figures: [])
    #expect(line.text(width: 100) == "Reading  4,000 files  30.0/min  1:02:03")
    let empty = ProgressLine(title: "Nothing", unit: "files", done: 0, total: 0, rate: nil, elapsed: 0, figures: [])
    #expect(empty.text(width: 100) == "Nothing  0/0 files  0:00")
  }

  @Test func escapeSequencesOfATitleAreTakenOut() {
    var line = Self.line
    line.title = "a\u{1B}[2J\nb\r\nc"
    #expect(line.text(width: 140).hasPrefix("a [2J b c  "))
  }

  @Test func numbersKeepTheirWidth() {
    #expect(0.5.brief == "0.5000")
    #expect(0.0.brief == "0.0000")
    #expect((-9.25).brief == "-9.2500")
    #expect(12.0.brief == "12.00")
    #expect(12345.678.brief == "12345.68")
    #expect(0.0000125.brief == "1.250e-05")
    #expect(1e6.brief == "1.000e+06")
    #expect(Double.nan.brief == "nan")
    #expect((-Double.infinity).brief == "-inf")
    #expect(11_173_962.grouped == "11,173,962")
    #expect((-1000).grouped == "-1,000")
    #expect(Int.min.grouped == "-9,223,372,036,854,775,808")
    #expect(999.grouped == "999")
    #expect(44_700_000.byteText == "42.6 MB")
    #expect(512.byteText == "512 bytes")
    #expect(Double.infinity.clockText == "-:--")
  }

  @Test func theRateIsThatOfTheLastHalfMinute() throws {
    var rate = RecentRate(time: 0, done: 100)
    #expect(rate.perSecond == nil)
    for second in 1...20 { rate.mark(time: Double(second), done: 100 + second) }
    #expect(rate.perSecond == 1)
    for second in 21...60 { rate.mark(time: Double(second), done: 120 + 10 * (second - 20)) }
    #expect(rate.perSecond == 10)
    for tick in 1...10_000 { rate.mark(time: 60 + Double(tick) / 10_000, done: 520 + tick / 1000) }
    #expect(abs(try #require(rate.perSecond) - 10) < 0.5)
  }

  /// Runs a bar over `seconds`, 64 steps a second, and returns what was written.
  func written(isLive: Bool, seconds: Int, finishes: Bool = true) -> [String] {
    final class Screen { var writes: [String] = [], time = 0.0 }
    let screen = Screen()
    let terminal = Terminal(isLive: isLive, isUnicode: true, width: { 60 }, write: { screen.writes.append($0) })
    let bar = ProgressBar("Epoch", total: 64 * seconds, unit: "steps", terminal: terminal) { screen.time }
    for _ in 0..<64 * seconds {
      screen.time += 1.0 / 64
      bar.advance(showing: [("loss", 1)])
    }
    if finishes { bar.finish() }
    bar.finish()
    bar.advance()
    return screen.writes
  }

  @Test func aTerminalIsDrawnAtMostTenTimesASecond() throws {
    let writes = written(isLive: true, seconds: 7)
    #expect((50...73).contains(writes.count))
    #expect(writes.last == "\n")
    for write in writes.dropLast() {
      #expect(write.hasPrefix("\r") && write.hasSuffix("\u{1B}[K"))
      #expect(write.count <= 1 + 59 + 3)
    }
    #expect(writes[writes.count - 2].contains("100%"))
  }

  @Test func aLogGetsALineEveryHalfMinute() {
    let writes = written(isLive: false, seconds: 100)
    #expect(writes.count == 4)
    #expect(writes.allSatisfy { $0.hasSuffix("\n") && !$0.contains("\u{1B}") && !$0.contains("\r") })
    #expect(writes[0].hasPrefix("Epoch  30%  1,920/6,400 steps  64.0/s  1:10 left  loss 1.0000"))
    #expect(written(isLive: false, seconds: 5).count == 1)
  }

  @Test func aNoteDoesNotTearTheLine() {
    final class Screen { var text = "" }
    let screen = Screen()
    let terminal = Terminal(isLive: true, isUnicode: true, width: { 40 }, write: { screen.text += $0 })
    var bar: ProgressBar? = ProgressBar("Epoch", total: 10, unit: "steps", terminal: terminal) { 0 }
    bar?.note("before")
    bar?.advance()
    bar?.note("saved")
    #expect(screen.text.hasPrefix("before\n\rEpoch"))
    #expect(screen.text.contains("\r\u{1B}[Ksaved\n\rEpoch"))
    bar = nil
    #expect(screen.text.hasSuffix("\n"))
  }
}
