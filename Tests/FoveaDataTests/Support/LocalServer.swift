import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A web server on this machine that does just what a test tells it to, also what a good one never would.
final class LocalServer: Sendable {
  /// What was asked.
  struct Request: Sendable {
    let method: String
    let path: String
    /// By name in lower case.
    let headers: [String: String]
    /// How many requests came before, for any path.
    let number: Int

    /// The first byte that is wanted.
    var start: Int {
      let text = headers["range"]?.dropFirst("bytes=".count).split(separator: "-").first
      return text.flatMap { Int($0) } ?? 0
    }
  }

  /// What is answered.
  struct Reply: Sendable {
    var status = 200
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    /// Hangs up after so many bytes of the body.
    var cutAfter: Int?
    /// Falls silent after so many bytes of the body, but stays.
    var stallAfter: Int?
    /// Says how long the body is.
    var tellsLength = true
    /// A length to tell in place of the true one.
    var toldLength: Int?

    /// The rest of a file from the byte that was asked for, as a good server gives it.
    static func range(of body: [UInt8], for request: Request, etag: String? = nil) -> Reply {
      var headers = etag.map { ["ETag": $0] } ?? [:]
      let start = request.start
      guard start > 0, request.headers["if-range"] == nil || request.headers["if-range"] == etag else {
        return Reply(headers: headers, body: body)
      }
      guard start < body.count else {
        return Reply(status: 416, headers: ["Content-Range": "bytes */\(body.count)"])
      }
      headers["Content-Range"] = "bytes \(start)-\(body.count - 1)/\(body.count)"
      return Reply(status: 206, headers: headers, body: Array(body[start...]))
    }
  }

  let port: Int
  private let socket: Int32
  private let answer: @Sendable (Request) -> Reply
  private let seen = Mutex<[Request]>([])

  init(_ answer: @escaping @Sendable (Request) -> Reply) throws {
    self.answer = answer
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let socket = socket
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(socket, address, size) == 0 && listen(socket, 16) == 0 && getsockname(socket, address, &size) == 0
      }
    }
    guard isBound else { throw POSIXError(.EADDRINUSE) }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread { [weak self] in
      while true {
        let connection = accept(socket, nil, nil)
        guard connection >= 0, let self else { return }
        Thread { self.serve(connection) }.start()
      }
    }.start()
  }

  deinit {
    shutdown(socket, Int32(SHUT_RDWR))
    close(socket)
  }

  /// What was asked so far.
  var requests: [Request] { seen.withLock { $0 } }

  func url(_ path: String, host: String = "127.0.0.1") -> URL {
    var components = URLComponents()
    (components.scheme, components.host, components.port, components.path) = ("http", host, port, path)
    return components.url ?? URL(fileURLWithPath: "/")
  }

  private func serve(_ connection: Int32) {
    defer { close(connection) }
    guard let request = read(connection) else { return }
    let reply = answer(request)
    var head = "HTTP/1.1 \(reply.status) Status\r\nConnection: close\r\n"
    if reply.tellsLength { head += "Content-Length: \(reply.toldLength ?? reply.body.count)\r\n" }
    for (name, value) in reply.headers { head += "\(name): \(value)\r\n" }
    send(Array((head + "\r\n").utf8), to: connection)
    if request.method == "HEAD" { return }
    send(Array(reply.body.prefix(reply.cutAfter ?? reply.stallAfter ?? .max)), to: connection)
    guard reply.stallAfter != nil else { return }
    // Silence until the client gives up and closes.
    var byte: UInt8 = 0
    while recv(connection, &byte, 1, 0) > 0 {}
  }

  private func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
      guard recv(connection, &byte, 1, 0) == 1 else { return nil }
      bytes.append(byte)
    }
    let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    let words = lines[0].split(separator: " ").map(String.init)
    return seen.withLock { seen in
      seen.append(Request(method: words[0], path: words[1], headers: headers, number: seen.count))
      return seen[seen.count - 1]
    }
  }

  private func send(_ bytes: [UInt8], to connection: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard sent > 0 else { return }
      rest = rest.dropFirst(sent)
    }
  }
}
