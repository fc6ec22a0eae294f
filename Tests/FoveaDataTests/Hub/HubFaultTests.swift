import Foundation
import Synchronization
import Testing

@testable import FoveaData

/// What a Hub that misbehaves, or is hostile, can do.
extension HubTests {
  @Test("A busy Hub is asked again, and as late as it wants", arguments: [429, 500, 502, 503, 504])
  func busy(status: Int) throws {
    let small = SmallHub()
    let server = try LocalServer { request in
      request.number % 3 < 2 ? .init(status: status, headers: ["Retry-After": "0"]) : small.reply(to: request)
    }
    _ = try hub(server).model("org/net").file("model.safetensors")
    #expect(server.requests.count == 6)
  }

  /// How a server says when it wants to be asked again.
  enum Wish: CaseIterable {
    case seconds, date

    /// `Retry-After`, and the moment that it means.
    var header: (text: String, moment: Date) {
      let now = Date()
      if self == .seconds { return ("1", now + 1) }
      let moment = Date(timeIntervalSince1970: (now.timeIntervalSince1970 + 2).rounded(.down))
      let formatter = DateFormatter()
      formatter.locale = Locale(identifier: "en_US_POSIX")
      formatter.timeZone = TimeZone(identifier: "GMT")
      formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
      return (formatter.string(from: moment), moment)
    }
  }

  @Test("A busy Hub is not asked before the moment that it names", arguments: [429, 503], Wish.allCases)
  func notBefore(status: Int, wish: Wish) throws {
    let small = SmallHub()
    let moments = Mutex<[Date]>([])
    let early = Mutex(0)
    // Both the question about a file and the file itself are put off once.
    let server = try LocalServer { request in
      if let moment = moments.withLock({ $0.last }), Date() < moment { early.withLock { $0 += 1 } }
      if request.number % 2 == 1 { return small.reply(to: request) }
      let (text, moment) = wish.header
      moments.withLock { $0.append(moment) }
      return .init(status: status, headers: ["Retry-After": text])
    }
    let told = Told()
    let file = try hub(server).model("org/net").file("model.safetensors") { told.add($0) }
    #expect(try Data(contentsOf: file) == Data(SmallHub.body))
    #expect(server.requests.map(\.method) == ["HEAD", "HEAD", "GET", "GET"])
    #expect(early.withLock { $0 } == 0)
    let setbacks = told.all.compactMap(\.setback)
    #expect(setbacks.count == 2 && setbacks.allSatisfy { $0.contains("\(status)") && $0.contains("trying again in") })
    #expect(told.all.allSatisfy { $0.file.lastPathComponent == "model.safetensors" })
  }

  @Test("A Hub that wants to be left alone for long is not asked again", arguments: ["301", "86400"])
  func leftAlone(seconds: String) throws {
    let server = try LocalServer { _ in .init(status: 429, headers: ["Retry-After": seconds]) }
    guard case .download(let error) = problem({ _ = try hub(server).model("org/net").file("config.json") }) else {
      Issue.record("expected a download's error")
      return
    }
    #expect(error.problem == .status(429) && error.attempts == 1 && server.requests.count == 1)
  }

  @Test("Seconds and dates are read, nonsense is not")
  func retryAfter() {
    let now = Date(timeIntervalSince1970: 784_111_700)
    #expect(RetryAfter.pause("120", now: now) == .seconds(120))
    #expect(RetryAfter.pause("-5", now: now) == .zero)
    #expect(RetryAfter.pause("Sun, 06 Nov 1994 08:49:37 GMT", now: now) == .seconds(77))
    #expect(RetryAfter.pause("Sun, 06 Nov 1994 08:00:00 GMT", now: now) == .zero)
    for text in ["", "soon", "1.5", "99999999999999999999", "Sun, 31 Feb 1994 08:49:37 GMT", "1994-11-06"] {
      #expect(RetryAfter.pause(text, now: now) == nil, "\(text)")
    }
  }

  @Test("A connection that is cut at any byte is taken up there")
  func cut() throws {
    let small = SmallHub()
    let cuts = [0, 1, 99_999, 250_000, 299_999]
    let server = try LocalServer { request in
      var reply = small.reply(to: request)
      if request.method == "GET", request.number - 1 < cuts.count {
        reply.cutAfter = max(0, cuts[request.number - 1] - request.start)
      }
      return reply
    }
    var hub = hub(server)
    hub.retries.attempts = 8
    let file = try hub.model("org/net").file("model.safetensors")
    #expect(try Data(contentsOf: file) == Data(SmallHub.body))
    #expect(server.requests.filter { $0.method == "GET" }.count == cuts.count + 1)
  }

  @Test("Bytes that are not those of the checksum are refused, and none are kept")
  func wrongBytes() throws {
    let small = SmallHub()
    for file in ["config.json", "model.safetensors"] {
      let server = try LocalServer { request in
        var reply = small.reply(to: request)
        if request.method == "GET" { reply.body[7] ^= 1 }
        return reply
      }
      guard case .download(let error) = problem({ _ = try hub(server).model("org/net").file(file) }),
        case .checksum = error.problem
      else {
        Issue.record("\(file) came with a wrong byte")
        return
      }
    }
    #expect(!scratch.contents.contains { $0.contains("/blobs/") || $0.contains("/snapshots/") })
  }

  @Test("A length that is a lie is found out", arguments: [-1, 1])
  func lyingLength(by difference: Int) throws {
    let small = SmallHub()
    let server = try LocalServer { request in
      var reply = small.reply(to: request)
      if request.method == "GET" { reply.toldLength = reply.body.count + difference }
      return reply
    }
    guard case .download = problem({ _ = try hub(server).model("org/net").file("config.json") }) else {
      Issue.record("the wrong length was believed")
      return
    }
    #expect(!scratch.contents.contains { $0.contains("/snapshots/") })
  }

  @Test("A server that knows no ranges gives the whole again")
  func rangeless() throws {
    let small = SmallHub()
    let server = try LocalServer { request in
      var reply = small.reply(to: request)
      if reply.status == 206 { reply = .init(headers: reply.headers, body: SmallHub.body) }
      if request.method == "GET", request.number == 1 { reply.cutAfter = 1000 }
      return reply
    }
    let file = try hub(server).model("org/net").file("model.safetensors")
    #expect(try Data(contentsOf: file) == Data(SmallHub.body))
  }

  @Test(
    "Answers that are not the Hub's are refused, and never become names of files",
    arguments: [
      [:], ["X-Repo-Commit": SmallHub.commit], ["ETag": "\"abc\""],
      ["X-Repo-Commit": "../../x", "ETag": "\"abc\""], ["X-Repo-Commit": "main", "ETag": "\"abc\""],
      ["X-Repo-Commit": SmallHub.commit, "ETag": "\"../../../escape\""],
      ["X-Repo-Commit": SmallHub.commit, "ETag": "\"\""], ["X-Repo-Commit": SmallHub.commit, "ETag": "\"..\""],
      ["X-Repo-Commit": SmallHub.commit, "ETag": "\"" + String(repeating: "a", count: 300) + "\""],
    ])
  func hostileHeaders(headers: [String: String]) throws {
    let server = try LocalServer { _ in .init(headers: headers, body: [1, 2, 3]) }
    guard case .answer = problem({ _ = try hub(server).model("org/net").file("config.json") }) else {
      Issue.record("\(headers) passed for the Hub's")
      return
    }
    #expect(scratch.contents.isEmpty)
  }

  @Test(
    "No file leaves the repository's folder", arguments: ["../x", "/etc/passwd", "a/../../x", "", ".", "a\0b", "a\\b"])
  func escape(path: String) throws {
    let server = try server()
    #expect(problem { _ = try hub(server).model("org/net").file(path) } == .path(path))
    #expect(server.requests.isEmpty)
  }

  @Test("A list of files that names one outside is refused whole")
  func hostileListing() throws {
    var small = SmallHub()
    small.files["../../../outside"] = [1]
    let server = try server(small)
    #expect(problem { _ = try hub(server).model("org/net").snapshot() } == .path("../../../outside"))
    #expect(scratch.contents.isEmpty)
  }

  @Test(
    "A list that is none, or without an end, is an error",
    arguments: [#"{"sha": "main", "siblings": []}"#, "[", "<html>", "deep"])
  func brokenListing(text: String) throws {
    let body = text == "deep" ? String(repeating: "[", count: 100_000) : text
    let server = try LocalServer { _ in .init(body: Array(body.utf8)) }
    guard case .answer = problem({ _ = try hub(server).model("org/net").files() }) else {
      Issue.record("the list was believed")
      return
    }
  }

  @Test("A list longer than any is not read to its end")
  func hugeListing() throws {
    let body = [UInt8](repeating: 32, count: HubListing.limit + 2)
    let server = try LocalServer { _ in .init(body: body) }
    guard case .answer(let reason) = problem({ _ = try hub(server).model("org/net").files() }) else {
      Issue.record("the list was read")
      return
    }
    #expect(reason.contains("longer than"))
  }
}
