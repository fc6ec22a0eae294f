import Foundation
import Testing

@testable import FoveaData

@Suite("Archives")
struct ArchiveTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private var folder: URL { scratch.place("out/set") }

  private func archive(_ bytes: [UInt8], _ name: String = "in/a.tar") throws -> Archive {
    Archive(try scratch.write(name, bytes))
  }

  /// Expects a refusal that leaves nothing behind.
  private func refusal(of bytes: [UInt8], limits: Archive.Limits = .init()) throws -> ArchiveError.Problem? {
    let archive = try archive(bytes)
    let error = #expect(throws: ArchiveError.self) { try archive.unpack(to: folder, limits: limits) }
    #expect(scratch.contents.filter { $0 != "out" } == ["in", "in/a.tar"], "nothing is left")
    #expect(error?.description.contains("in/a.tar") == true)
    return error?.problem
  }

  @Test("Files and folders come out as they went in")
  func unpacks() throws {
    var tar = Tar()
    tar.add("set/", kind: "5")
    tar.add("set/a.txt", Array("hello".utf8))
    tar.add("./set/deep/er/b.bin", (0..<2000).map { UInt8(truncatingIfNeeded: $0) })
    tar.add("set/empty", kind: "5")
    tar.add("set/Füße.txt", [1])
    try archive(gzip(tar.finished)).unpack(to: folder)
    #expect(try String(contentsOf: folder.appendingPathComponent("set/a.txt"), encoding: .utf8) == "hello")
    #expect(try Data(contentsOf: folder.appendingPathComponent("set/deep/er/b.bin")).count == 2000)
    let names = scratch.contents.filter { $0.hasPrefix("out/") }
    #expect(
      names
        == [
          "out/set", "out/set/set", "out/set/set/Füße.txt", "out/set/set/a.txt", "out/set/set/deep",
          "out/set/set/deep/er", "out/set/set/deep/er/b.bin", "out/set/set/empty",
        ].sorted())
  }

  @Test("Packers of every kind are read", arguments: ["tar.gz", "tar.bz2", "tar.xz", "zip"])
  func formats(ending: String) throws {
    try Archive(fixture("packed.\(ending)")).unpack(to: folder)
    #expect(try String(contentsOf: folder.appendingPathComponent("packed/one.txt"), encoding: .utf8) == "one\n")
    #expect(
      try Data(contentsOf: folder.appendingPathComponent("packed/inner/two.bin")) == Data((0..<256).map(UInt8.init)))
  }

  @Test("A folder that is there is left alone")
  func present() throws {
    try scratch.write("out/set/mine.txt", "mine")
    var tar = Tar()
    tar.add("a.txt", [1])
    try archive(tar.finished).unpack(to: folder)
    #expect(scratch.contents.filter { $0.hasPrefix("out/") } == ["out/set", "out/set/mine.txt"])
  }

  @Test(
    "No path leaves the folder",
    arguments: ["../evil", "a/../../evil", "/etc/evil", "..", "a/..", "\\\\server\\evil", "a\\..\\..\\evil"])
  func escapes(path: String) throws {
    var tar = Tar()
    tar.add("good.txt", [1])
    tar.add(path, [2])
    #expect(try refusal(of: tar.finished) == .path(path))
  }

  @Test("A file needs a name")
  func nameless() throws {
    var tar = Tar()
    tar.add("./", [1])
    #expect(throws: ArchiveError.self) { try archive(tar.finished).unpack(to: folder) }
  }

  @Test(
    "Links, devices and pipes are refused",
    arguments: zip(
      ["1", "2", "2", "3", "4", "6"] as [Character],
      ["a hard link", "a symbolic link", "a symbolic link", "a device", "a device", "a pipe"]))
  func kinds(kind: Character, name: String) throws {
    var tar = Tar()
    tar.add("good.txt", [1])
    tar.add("trap", kind: kind, link: "/etc/passwd")
    #expect(try refusal(of: tar.finished) == .kind(name, entry: "trap"))
  }

  @Test("A link to the outside with a file behind it does not write there")
  func linkThenFile() throws {
    try scratch.write("in/victim/keep.txt", "old")
    var tar = Tar()
    tar.add("door", kind: "2", link: scratch.place("in/victim").path)
    tar.add("door/keep.txt", Array("new".utf8))
    let archive = try archive(tar.finished)
    #expect(throws: ArchiveError.self) { try archive.unpack(to: folder) }
    #expect(try String(contentsOf: scratch.place("in/victim/keep.txt"), encoding: .utf8) == "old")
  }

  @Test("A bomb stops at the limit")
  func bomb() throws {
    var tar = Tar()
    tar.add("a", [UInt8](repeating: 0, count: 3000))
    tar.add("b", [UInt8](repeating: 0, count: 3000))
    #expect(try refusal(of: tar.finished, limits: .init(bytes: 5999)) == .tooManyBytes(limit: 5999))
    #expect(try refusal(of: tar.finished, limits: .init(bytes: 6000, files: 1)) == .tooManyFiles(limit: 1))
    try Archive(scratch.place("in/a.tar")).unpack(to: folder, limits: .init(bytes: 6000, files: 2))
  }

  @Test("A file in the way of a folder is an error")
  func conflict() throws {
    var tar = Tar()
    tar.add("a", [1])
    tar.add("a/b", [2])
    guard case .file = try refusal(of: tar.finished) else {
      Issue.record("expected a file error")
      return
    }
  }

  @Test("A cut archive leaves nothing")
  func cut() throws {
    var tar = Tar()
    tar.add("a", [UInt8](repeating: 5, count: 5000))
    tar.add("b", [UInt8](repeating: 6, count: 5000))
    for count in [100, 600, 3000, 6000, 9000] {
      guard case .unreadable = try refusal(of: Array(tar.finished.prefix(count))) else {
        Issue.record("cut at \(count)")
        return
      }
      let packed = gzip(tar.finished)
      guard case .unreadable = try refusal(of: Array(packed.prefix(count))) else {
        Issue.record("gzip cut at \(count)")
        return
      }
    }
  }

  @Test("What is no archive is refused", arguments: [[], Array("<html>not here</html>".utf8)] as [[UInt8]])
  func notAnArchive(bytes: [UInt8]) throws {
    guard case .unreadable = try refusal(of: bytes) else {
      Issue.record("expected an unreadable archive")
      return
    }
  }

  @Test("Damage anywhere never crashes, and never writes outside")
  func fuzz() throws {
    var tar = Tar()
    tar.add("set/", kind: "5")
    tar.add("set/a.txt", Array("hello".utf8))
    tar.add("set/b.txt", [UInt8](repeating: 3, count: 700))
    let zipped = try [UInt8](Data(contentsOf: fixture("packed.zip")))
    for seed in 0..<150 {
      var random = RandomSource(seed: UInt64(seed))
      var bytes = [tar.finished, gzip(tar.finished), zipped][seed % 3]
      for _ in 0..<random.integer(in: 1..<8) { bytes[random.integer(in: 0..<bytes.count)] = UInt8(random.next() & 255) }
      if random.chance(0.2) { bytes.removeLast(random.integer(in: 1..<bytes.count)) }
      let archive = try archive(bytes)
      try? archive.unpack(to: folder, limits: .init(bytes: 1 << 20, files: 20))
      let outside = scratch.contents.filter { !$0.hasPrefix("out/set") && !["out", "in", "in/a.tar"].contains($0) }
      #expect(outside.isEmpty, "seed \(seed)")
      try? FileManager.default.removeItem(at: folder)
    }
  }

  @Test("A single file under gzip is read up to a limit")
  func single() throws {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    let file = try archive(gzip(bytes), "in/x.gz")
    #expect(try file.contents(limit: 100_000) == bytes)
    #expect(throws: ArchiveError.self) { try file.contents(limit: 99_999) }
    let short = try archive(Array(gzip(bytes).dropLast(5000)), "in/y.gz")
    #expect(throws: ArchiveError.self) { try short.contents(limit: 100_000) }
    #expect(throws: ArchiveError.self) { try Archive(scratch.place("none.gz")).contents(limit: 1) }
  }

  @Test("Which paths are safe")
  func paths() {
    #expect(RelativePath("a/./b//c")?.parts == ["a", "b", "c"])
    #expect(RelativePath("./")?.parts == [])
    #expect(RelativePath(String(repeating: "a", count: 300)) == nil)
    #expect(RelativePath(String(repeating: "a/", count: 100)) == nil)
  }
}
