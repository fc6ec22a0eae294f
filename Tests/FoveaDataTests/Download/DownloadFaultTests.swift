import Crypto
import Foundation
import Testing

@testable import FoveaData

/// What a server that misbehaves, or many who want the same, can do.
extension DownloadTests {
  @Test("A busy server is asked again", arguments: [408, 429, 500, 502, 503, 504])
  func busy(status: Int) throws {
    let body = body
    let server = try LocalServer { request in
      request.number < 2 ? .init(status: status, headers: ["Retry-After": "0"]) : .init(body: body)
    }
    try download(server).run()
    try expectWhole()
    #expect(server.requests.count == 3)
  }

  @Test("A server that stays busy is given up")
  func alwaysBusy() throws {
    let server = try LocalServer { _ in .init(status: 503) }
    let error = problem(of: download(server, attempts: 3))
    #expect(error?.problem == .status(503))
    #expect(error?.attempts == 3)
    #expect(server.requests.count == 3)
    #expect(error?.description.contains("/file (3 attempts): the server answered 503") == true)
  }

  @Test("A file that is not there is asked for once", arguments: [400, 401, 403, 404, 410])
  func refused(status: Int) throws {
    let server = try LocalServer { _ in .init(status: status) }
    #expect(problem(of: download(server))?.problem == .status(status))
    #expect(server.requests.count == 1)
    #expect(scratch.contents == ["data"])
  }

  @Test("A server that falls silent is left, and the rest is asked for anew")
  func silent() throws {
    let body = body
    let server = try LocalServer { request in
      var reply = LocalServer.Reply.range(of: body, for: request, etag: "\"v1\"")
      if request.number == 0 { reply.stallAfter = 70_000 }
      return reply
    }
    var download = download(server)
    let client = Download.makeClient(patience: 5)
    download.client = client
    // Not on the threads that tests share: those may be taken for longer than the client's patience.
    let result = Result { try download.run() }
    try client.syncShutdown()
    try result.get()
    try expectWhole()
    #expect(server.requests.count == 2)
    #expect((1...70_000).contains(server.requests[1].start))
  }

  @Test("A length that is not told is no hindrance")
  func lengthless() throws {
    let body = body
    let server = try LocalServer { _ in .init(body: body, tellsLength: false) }
    let told = Told()
    try download(server).run { told.add($0) }
    try expectWhole()
    #expect(told.all.allSatisfy { $0.total == nil })
  }

  @Test("Redirects are followed, relative ones too, and end some time")
  func redirects() throws {
    let body = body
    let server = try LocalServer { request in
      switch request.path {
      case "/file": .init(status: 302, headers: ["Location": "/a/b"])
      case "/a/b": .init(status: 307, headers: ["Location": "../c"])
      case "/round": .init(status: 301, headers: ["Location": "/round"])
      default: .init(body: body)
      }
    }
    try download(server).run()
    try expectWhole()
    #expect(server.requests.map(\.path) == ["/file", "/a/b", "/c"])
    try FileManager.default.removeItem(at: place)
    #expect(problem(of: download(server, "/round"))?.problem == .redirects(10))
  }

  @Test("Who one is, is told to the first host alone")
  func authorization() throws {
    let body = body
    let other = try LocalServer { _ in .init(body: body) }
    let target = other.url("/there").absoluteString
    let server = try LocalServer { _ in .init(status: 302, headers: ["Location": target]) }
    var download = Download(server.url("/x"), to: place, headers: ["Authorization": "Bearer secret", "X-Mark": "1"])
    download.retries.attempts = 1
    try download.run()
    #expect(server.requests[0].headers["authorization"] == "Bearer secret")
    #expect(other.requests[0].headers["authorization"] == nil)
    #expect(other.requests[0].headers["x-mark"] == "1")
  }

  @Test("A secure address is not left for one that is not")
  func insecure() throws {
    let url = try #require(URL(string: "https://example.org/a"))
    #expect(throws: Setback.self) { try WebRequest.target(of: "http://example.org/a", from: url) }
    #expect(try WebRequest.target(of: "/b", from: url).absoluteString == "https://example.org/b")
  }

  @Test("A damaged file is refused and leaves nothing")
  func damaged() throws {
    let server = try LocalServer { _ in .init(body: [1, 2, 3]) }
    let error = problem(of: download(server, checksum: checksum))
    guard case .checksum(checksum, _) = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(server.requests.count == 1, "what came in one piece will not be better the next time")
    #expect(scratch.contents == ["data"])
  }

  @Test("A mixture of two runs is mended by a fresh start")
  func mixture() throws {
    let body = body
    let server = try LocalServer { .range(of: body, for: $0) }
    try scratch.write("data/file.bin.partial", [UInt8](repeating: 9, count: 1000))
    try download(server, checksum: checksum).run()
    try expectWhole()
    #expect(server.requests.map(\.start) == [1000, 0])
  }

  @Test("Nobody at the address is an error that says so")
  func nobody() throws {
    let port = try LocalServer { _ in .init() }.port
    var download = Download(try #require(URL(string: "http://127.0.0.1:\(port)/x")), to: place)
    download.retries.attempts = 2
    download.retries.firstPause = .milliseconds(1)
    let error = problem(of: download)
    guard case .connection = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.attempts == 2)
  }

  @Test("A name that cannot be resolved is looked up once more, and then the way without a network is told")
  func unknownHost() throws {
    var download = Download(try #require(URL(string: "http://nobody.invalid/x")), to: place)
    download.retries.firstPause = .milliseconds(1)
    let told = Told()
    let error = #expect(throws: DownloadError.self) { try download.run { told.add($0) } }
    #expect(error?.problem == .unknownHost("nobody.invalid") && error?.attempts == 2)
    #expect(error?.description.contains("put the file at \(place.path)") == true)
    #expect(told.all.compactMap(\.setback).count == 1)
  }

  @Test("Whoever looks on is told why it is tried again")
  func toldOfSetbacks() throws {
    let body = body
    let server = try LocalServer { request in .init(status: request.number < 2 ? 503 : 200, body: body) }
    let told = Told()
    try download(server).run { told.add($0) }
    let setbacks = told.all.compactMap(\.setback)
    #expect(setbacks.count == 2 && setbacks.allSatisfy { $0.contains("503") && $0.hasSuffix("trying again in 1 s") })
    try expectWhole()
  }

  @Test("Only web addresses are asked", arguments: ["ftp://example.org/x", "file:///etc/passwd", "x", "http:///x"])
  func addresses(text: String) throws {
    let error = problem(of: Download(try #require(URL(string: text)), to: place))
    guard case .address = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("A place that cannot be written is an error")
  func unwritable() throws {
    let server = try LocalServer { _ in .init(body: [1]) }
    try scratch.write("data", "a file where a folder should be")
    guard case .file = problem(of: download(server))?.problem else {
      Issue.record("expected a file error")
      return
    }
  }

  @Test("Of many at once, one downloads and the others wait")
  func manyAtOnce() async throws {
    let body = body
    let server = try LocalServer { _ in .init(body: body) }
    let download = download(server, checksum: checksum)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { try await download.fetch() } }
      try await group.waitForAll()
    }
    #expect(server.requests.count == 1)
    try expectWhole()
  }
}
