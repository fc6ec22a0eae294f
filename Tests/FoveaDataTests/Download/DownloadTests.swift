import Crypto
import Foundation
import Testing

@testable import FoveaData

@Suite("Downloads")
struct DownloadTests {
  let scratch: Scratch
  static let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
  static let digits = SHA256.hash(data: body).map { String(format: "%02x", $0) }.joined()
  let body = DownloadTests.body

  init() throws { scratch = try Scratch() }

  var place: URL { scratch.place("data/file.bin") }
  var checksum: Checksum { .sha256(Self.digits) }

  func download(
    _ server: LocalServer, _ path: String = "/file", checksum: Checksum? = nil, attempts: Int = 4
  ) -> Download {
    var download = Download(server.url(path), to: place, checksum: checksum)
    download.retries.firstPause = .milliseconds(1)
    download.retries.attempts = attempts
    return download
  }

  func problem(of download: Download) -> DownloadError? {
    #expect(throws: DownloadError.self) { try download.run() }
  }

  func expectWhole(_ comment: Comment? = nil) throws {
    #expect(try Data(contentsOf: place) == Data(body), comment)
    #expect(scratch.contents == ["data", "data/file.bin"], "nothing else is left")
  }

  @Test("A file comes whole, with its checksum, and the progress is told")
  func whole() throws {
    let body = body
    let server = try LocalServer { _ in .init(body: body) }
    let told = Told()
    try download(server, checksum: checksum).run { told.add($0) }
    try expectWhole()
    #expect(told.all.last?.received == 300_000)
    #expect(told.all.allSatisfy { $0.total == 300_000 })
    #expect(told.all.map(\.received) == told.all.map(\.received).sorted())
  }

  @Test("MD5 counts, too, in capitals or not")
  func md5() throws {
    let body = body
    let server = try LocalServer { _ in .init(body: body) }
    let digits = Insecure.MD5.hash(data: body).map { String(format: "%02X", $0) }.joined()
    try download(server, checksum: .md5(digits)).run()
    try expectWhole()
  }

  @Test("A file that is there is left alone")
  func present() throws {
    let server = try LocalServer { _ in .init(status: 500) }
    try scratch.write("data/file.bin", "mine")
    try download(server).run()
    #expect(server.requests.isEmpty)
    #expect(try String(contentsOf: place, encoding: .utf8) == "mine")
  }

  @Test("A cut connection is taken up where it broke")
  func cut() throws {
    let body = body
    let server = try LocalServer { request in
      var reply = LocalServer.Reply.range(of: body, for: request, etag: "\"v1\"")
      if request.number < 2 { reply.cutAfter = 100_000 }
      return reply
    }
    try download(server).run()
    try expectWhole()
    let starts = server.requests.map(\.start)
    // The last bytes before the cut may be lost on the way, but no more than those.
    #expect(starts.count == 3 && starts[0] == 0 && starts[0] < starts[1] && starts[1] < starts[2])
    #expect(starts[1] <= 100_000)
    #expect(server.requests[1].headers["if-range"] == "\"v1\"")
  }

  @Test("A later run goes on from what came before; nothing half is ever at its place")
  func resumedLater() throws {
    let body = body
    let server = try LocalServer { request in
      var reply = LocalServer.Reply.range(of: body, for: request)
      if request.number == 0 { reply.cutAfter = 120_000 }
      return reply
    }
    let first = problem(of: download(server, checksum: checksum, attempts: 1))
    guard case .connection = first?.problem else {
      Issue.record("\(String(describing: first))")
      return
    }
    #expect(!FileManager.default.fileExists(atPath: place.path))
    #expect(scratch.contents.contains("data/file.bin.partial"))
    try download(server, checksum: checksum).run()
    try expectWhole()
    #expect(server.requests.count == 2)
    #expect((1...120_000).contains(server.requests[1].start))
  }

  @Test("Two versions are never joined")
  func changed() throws {
    let body = body
    let server = try LocalServer { request in
      if request.number == 0 {
        return .init(headers: ["ETag": "\"old\""], body: [UInt8](repeating: 7, count: 250_000), cutAfter: 90_000)
      }
      return .range(of: body, for: request, etag: "\"new\"")
    }
    try download(server).run()
    try expectWhole()
    #expect(server.requests.count == 2)
  }

  @Test("Without a version or a checksum nothing is resumed", arguments: [nil, "W/\"weak\""])
  func unversioned(etag: String?) throws {
    let body = body
    let server = try LocalServer { request in
      var reply = LocalServer.Reply.range(of: body, for: request, etag: etag)
      if request.number == 0 { reply.cutAfter = 50_000 }
      return reply
    }
    try download(server).run()
    try expectWhole()
    #expect(server.requests.map(\.start) == [0, 0])
  }

  @Test("A server that knows no ranges gives the whole again")
  func rangeless() throws {
    let body = body
    let server = try LocalServer { request in .init(body: body, cutAfter: request.number == 0 ? 1000 : nil) }
    try download(server, checksum: checksum).run()
    try expectWhole()
  }

  @Test("A server that sends another range is not believed")
  func wrongRange() throws {
    let body = body
    let server = try LocalServer { request in
      var reply = LocalServer.Reply.range(of: body, for: request, etag: "\"v1\"")
      if request.number == 0 { reply.cutAfter = 100_000 }
      if request.number == 1 {  // As many bytes as are missing, but from the front.
        reply.body = Array(body.prefix(reply.body.count))
        reply.headers["Content-Range"] = "bytes 0-\(reply.body.count - 1)/300000"
      }
      return reply
    }
    try download(server).run()
    try expectWhole()
  }

  @Test("A download that was whole but not yet in place needs no more bytes")
  func alreadyWhole() throws {
    let body = body
    let server = try LocalServer { .range(of: body, for: $0) }
    try scratch.write("data/file.bin.partial", body)
    try download(server, checksum: checksum).run()
    try expectWhole()
    #expect(server.requests.map(\.start) == [300_000])
  }

  @Test("What is longer than the file is thrown away")
  func tooLong() throws {
    let body = body
    let server = try LocalServer { .range(of: body, for: $0) }
    try scratch.write("data/file.bin.partial", body + [1, 2, 3])
    try download(server, checksum: checksum).run()
    try expectWhole()
  }
  @Test("What the server says of a range is read with care")
  func contentRange() {
    #expect(ContentRange("bytes 5-9/10").map { [$0.start, $0.total ?? -1] } == [5, 10])
    #expect(ContentRange("bytes 5-9/*").map { [$0.start, $0.total ?? -1] } == [5, -1])
    for text in ["", "bytes", "bytes 5-9", "bytes 9-5/10", "bytes 5-9/7", "items 0-1/2", "bytes a-b/c", "bytes */10"] {
      #expect(ContentRange(text) == nil, "\(text)")
    }
  }
}

/// What a progress handler was told.
final class Told: @unchecked Sendable {
  private let lock = NSLock()
  private var list: [DownloadProgress] = []

  func add(_ progress: DownloadProgress) { lock.withLock { list.append(progress) } }
  var all: [DownloadProgress] { lock.withLock { list } }
}
