import Foundation
import Testing

@testable import Torch

@Suite struct HostileZipTests {
  private let sound: [UInt8]
  /// Where the record at the archive's end is, and the directory that it points to.
  private let record: Int
  private let directory: Int

  init() throws {
    sound = [UInt8](try Data(contentsOf: StateDictFixtures.url("rezipped.pth")))
    record = sound.count - 22
    directory = sound[(record + 16)..<(record + 20)].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// The error of the archive with other bytes at a place.
  private func failure(_ bytes: [UInt8], at place: Int) throws -> StateDictError {
    var file = sound
    file.replaceSubrange(place..<place + bytes.count, with: bytes)
    return try StateDictFixtures.failure(file)
  }

  @Test func theArchiveIsWhereThePlacesSay() {
    #expect(Array(sound[record..<record + 4]) == [0x50, 0x4b, 5, 6])
    #expect(Array(sound[directory..<directory + 4]) == [0x50, 0x4b, 1, 2])
  }

  @Test func directoriesThatLie() throws {
    let huge: [UInt8] = [0xff, 0xff, 0xff, 0xff]
    #expect(try failure([0], at: record).problem.contains("no directory at its end"))
    #expect(try failure([1, 0], at: record + 10).problem.contains("claims 1"))
    #expect(try failure(huge, at: record + 12).problem.contains("lies outside"))
    #expect(try failure(huge, at: record + 16).problem.contains("lies outside"))
    #expect(try failure([0], at: directory).problem.contains("broken at byte \(directory)"))
  }

  @Test func entriesThatLie() throws {
    let huge: [UInt8] = [0xff, 0xff, 0xff, 0x7f]
    #expect(try failure([1], at: directory + 8).problem.contains("encrypted"))
    #expect(try failure([8], at: directory + 10).problem.contains("compressed (method 8)"))
    #expect(try failure(huge, at: directory + 20).problem.contains("bytes for"))
    #expect(try failure(huge + huge, at: directory + 20).problem.contains("ends too early"))
    #expect(try failure([0xff, 0xff], at: directory + 28).kind == .malformed)
    #expect(try failure(huge, at: directory + 42).problem.contains("lies outside"))
    #expect(try failure([1], at: directory + 42).problem.contains("no header at byte 1"))
    #expect(try failure([0xff], at: directory + 46).problem.contains("not UTF-8"))
  }

  @Test func filesOfOneNameAreAnError() throws {
    // The second file's name becomes the first's tail; both are as long.
    let names = try ["zip/data/1", "zip/data/2"].map { name in
      try #require(sound[directory...].firstRange(of: Array(name.utf8))).lowerBound
    }
    #expect(try failure(Array("zip/data/1".utf8), at: names[1]).entry == "zip/data/1")
    #expect(try failure(Array("zip/data/x".utf8), at: names[0]).problem.contains("'1', which is not in the file"))
  }

  @Test func archivesOfSomethingElse() throws {
    let pickle = try #require(sound[directory...].firstRange(of: Array("data.pkl".utf8))).lowerBound
    let error = try failure(Array("date".utf8), at: pickle)
    #expect(error.kind == .unrecognized && error.problem.contains("without the data.pkl"))
  }
}
