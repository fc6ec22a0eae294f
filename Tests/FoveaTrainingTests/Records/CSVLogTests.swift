import Foundation
import Testing

@testable import FoveaTraining

@Suite struct CSVLogTests {
  let folder: TemporaryFolder
  let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.file("metrics.csv")
  }

  func text() throws -> String { try String(contentsOf: url, encoding: .utf8) }

  @Test func rowsAreInTheFileAtOnce() throws {
    let log = try CSVLog(at: url)
    #expect(try text() == "step,epoch\n")
    try log.write(["loss": 0.5, "accuracy": 0.25], step: 10, epoch: 1)
    try log.write(["loss": 0.125], step: 20, epoch: 2)
    #expect(try text() == "step,epoch,accuracy,loss\n10,1,0.25,0.5\n20,2,,0.125\n")
  }

  @Test func newNamesBecomeColumnsAtTheEnd() throws {
    let log = try CSVLog(at: url)
    try log.write(["train/loss": 1], step: 1, epoch: 1)
    try log.write(["train/loss": 0.5, "val/loss": 2, "a, \"b\"\n": 3], step: 2, epoch: 1)
    try log.write(["val/loss": 1.5], step: 3, epoch: 2)
    #expect(
      try text() == """
        step,epoch,train/loss,"a, ""b""
        ",val/loss
        1,1,1.0,,
        2,1,0.5,3.0,2.0
        3,2,,,1.5

        """)
    let table = try MetricsTable(contentsOf: url)
    #expect(table.names == ["train/loss", "a, \"b\"\n", "val/loss"])
    #expect(table.series("val/loss").map(\.value) == [2, 1.5])
    #expect(table.series("val/loss").map(\.epoch) == [1, 2])
  }

  @Test func numbersComeBackToTheBit() throws {
    let numbers = [1.0 / 3, 1e-300, -2.5e17, .infinity, -.infinity, Double.leastNonzeroMagnitude]
    let log = try CSVLog(at: url)
    for (step, number) in numbers.enumerated() { try log.write(["x": number], step: step, epoch: 0) }
    try log.write(["x": -Double(nan: 7, signaling: false)], step: 6, epoch: 0)
    #expect(try String(contentsOf: url, encoding: .utf8).hasSuffix("\n6,0,nan\n"))
    let series = try MetricsTable(contentsOf: url).series("x").map(\.value)
    #expect(Array(series.prefix(6)) == numbers)
    #expect(series.last?.isNaN == true)
  }

  @Test func resumingDropsWhatTheRunWillMakeAgain() throws {
    var log = try CSVLog(at: url)
    for step in 1...5 { try log.write(["loss": Double(step)], step: step * 100, epoch: step) }
    log = try CSVLog(at: url, resumingAt: 300)
    try log.write(["loss": 9, "accuracy": 1], step: 400, epoch: 4)
    let table = try MetricsTable(contentsOf: url)
    #expect(table.rows.map(\.step) == [100, 200, 300, 400])
    #expect(table.series("loss").map(\.value) == [1, 2, 3, 9])
  }

  @Test func aRunThatStartsAnewForgetsTheOldOne() throws {
    try CSVLog(at: url).write(["loss": 1], step: 1, epoch: 1)
    _ = try CSVLog(at: url)
    #expect(try text() == "step,epoch\n")
    try FileManager.default.removeItem(at: url)
    _ = try CSVLog(at: url, resumingAt: 7)  // nothing to go on with is no reason to stop
    #expect(try text() == "step,epoch\n")
  }

  @Test func aRowThatAKillCutShortIsLeftOut() throws {
    let whole = "step,epoch,loss\n1,1,0.5\n2,1,0.25\n"
    for length in 0..<whole.utf8.count where length >= "step,epoch,loss\n".utf8.count {
      try Data(whole.utf8.prefix(length)).write(to: url)
      _ = try CSVLog(at: url, resumingAt: 9)
      let rows = try text().split(separator: "\n").count - 1
      #expect(rows == (length < 24 ? 0 : 1), "cut after \(length) bytes")
    }
  }

  @Test(arguments: [
    ("", 1, "header"), ("step,loss\n", 1, "header"), ("step,epoch,a,a\n", 1, "same name"),
    ("step,epoch,a\n1,1\n", 2, "2 cells in a table of 3 columns"), ("step,epoch\nx,1\n", 2, "'x'"),
    ("step,epoch,a\n1,1,2\n2,1,zwei\n", 3, "'zwei' under 'a'"), ("step,epoch,\"a\n", 1, "quotation mark"),
    ("step,epoch\n\n", 2, "1 cells"), ("step,epoch\n99999999999999999999,1\n", 2, "whole"),
  ])
  func badFilesAreNamed(content: String, line: Int, problem: String) throws {
    try Data(content.utf8).write(to: url)
    let error = #expect(throws: RecordError.self) { try CSVLog(at: url, resumingAt: 1) }
    let description = try #require(error).description
    #expect(description.hasPrefix("\(url.path), line \(line): "), "\(description)")
    #expect(description.contains(problem), "\(description)")
    #expect(try text() == content)  // what cannot be read is not overwritten either
  }

  @Test func bytesThatAreNoTextAreNamed() throws {
    try Data([0x73, 0xFF, 0x0A]).write(to: url)
    let error = #expect(throws: RecordError.self) { try MetricsTable(contentsOf: url) }
    #expect(try #require(error).description.contains("UTF-8"))
    let missing = #expect(throws: RecordError.self) { try MetricsTable(contentsOf: folder.file("none.csv")) }
    #expect(try #require(missing).description.contains("none.csv"))
    #expect(throws: RecordError.self) { try CSVLog(at: folder.file("no/such/folder.csv")) }
  }

  @Test func damagedFilesNeverCrash() throws {
    var table = MetricsTable()
    for step in 1...6 { table.append(["loss": 1 / Double(step), "\"x\",y": 2], step: step, epoch: step / 2) }
    let intact = Array(table.csv.utf8)
    var random = DamageGenerator(seed: 7)
    for _ in 0..<200 {
      var bytes = intact
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &random)))
        default: bytes.insert([0x22, 0x2C, 0x0A, 0x0D].randomElement(using: &random) ?? 0, at: place)
        }
        if bytes.isEmpty { break }
      }
      try Data(bytes).write(to: url)
      do {
        let read = try MetricsTable(contentsOf: url)
        #expect(read.rows.count <= 12)
      } catch {
        #expect(error.description.contains(url.path))
      }
    }
  }
}

/// A small generator with a seed (SplitMix64), so that a failure can be had again.
private struct DamageGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
