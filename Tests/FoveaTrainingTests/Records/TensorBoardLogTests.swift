import Foundation
import FoveaImaging
import Testing

@testable import FoveaTraining

@Suite struct TensorBoardLogTests {
  @Test func checksumIsCastagnolis() {
    #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)  // RFC 3720's check value
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([]) == 0)
  }

  /// Byte for byte what TensorBoard's own writer makes of the same events; see `Tests/Reference/records.py`.
  @Test func recordsAreTensorBoardsOwn() throws {
    let every = Data(Array(0...255) + Array(0...255))
    let events = [
      TensorBoardEvent(wallTime: 1_700_000_000.25, step: 0, content: .fileVersion),
      TensorBoardEvent(wallTime: 1_700_000_001.5, step: 301, content: .start),
      TensorBoardEvent(
        wallTime: 1_700_000_002, step: 301,
        content: .values([.scalar("accuracy/validation", 0.925), .scalar("loss/train", -1e-7)])),
      TensorBoardEvent(
        wallTime: 1_700_000_003, step: 1 << 40,
        content: .values([.image("mistakes", png: every, width: 3, height: 200, channels: 3)])),
      TensorBoardEvent(
        wallTime: 1_700_000_004, step: 0, content: .values([.text("recipe", "größe: 3")])),
    ]
    let url = Bundle.module.bundleURL.appendingPathComponent("Fixtures/events.tfevents")
    #expect(try Data(events.flatMap(\.record)) == Data(contentsOf: url))
  }

  @Test func aLogIsItsEventsInOrder() throws {
    let folder = try TemporaryFolder()
    var clock = 1_700_000_000.0
    let log = try TensorBoardLog(in: folder.file("run"), resumingAt: nil) {
      clock += 1
      return clock
    }
    try log.scalars(["b": 2, "a": 1], step: 5)
    try log.scalars([:], step: 6)
    try log.text("note", "hello", step: 7)
    let image = Image(width: 2, height: 1, channels: 3, pixels: [255, 0, 0, 0, 0, 255])
    try log.image("picture", image, step: 8)
    let png = try image.encoded(as: .png)
    let expected = [
      TensorBoardEvent(wallTime: 1_700_000_002, step: 0, content: .fileVersion),
      TensorBoardEvent(wallTime: 1_700_000_003, step: 5, content: .values([.scalar("a", 1), .scalar("b", 2)])),
      TensorBoardEvent(wallTime: 1_700_000_004, step: 7, content: .values([.text("note", "hello")])),
      TensorBoardEvent(
        wallTime: 1_700_000_005, step: 8,
        content: .values([.image("picture", png: png, width: 2, height: 1, channels: 3)])),
    ]
    #expect(try Data(contentsOf: log.url) == Data(expected.flatMap(\.record)))
  }

  @Test func aResumedRunWritesANewFileThatComesAfterTheOld() throws {
    let folder = try TemporaryFolder()
    let first = try TensorBoardLog(in: folder.url, resumingAt: nil) { 1_700_000_000 }
    let second = try TensorBoardLog(in: folder.url, resumingAt: 300) { 1_700_000_000 }
    #expect(first.url.lastPathComponent < second.url.lastPathComponent)
    let expected = [
      TensorBoardEvent(wallTime: 1_700_000_000, step: 0, content: .fileVersion),
      TensorBoardEvent(wallTime: 1_700_000_000, step: 301, content: .start),
    ]
    #expect(try Data(contentsOf: second.url) == Data(expected.flatMap(\.record)))
  }

  @Test func aFolderThatCannotBeIsNamed() throws {
    let folder = try TemporaryFolder()
    try Data().write(to: folder.file("taken"))
    let error = #expect(throws: RecordError.self) { try TensorBoardLog(in: folder.file("taken")) }
    #expect(try #require(error).description.contains("taken"))
  }
}
