import AsyncHTTPClient
import Foundation

/// One attempt at a download: asks for the bytes that are missing, adds them, checks the whole.
struct Transfer {
  let download: Download
  let progress: ProgressHandler?

  private var partial: PartialFile { PartialFile(for: download.destination) }

  /// - Throws: ``Setback``.
  func run() async throws {
    let offset = resumableSize
    if offset == 0 { partial.remove() }
    let response = try await answer(from: offset)
    if response.status.code == 416 {
      try acceptUnsatisfiable(response, offset: offset)
    } else {
      let total = try begin(response, offset: offset)
      try await receive(response, total: total)
    }
    try verify(wasResumed: offset > 0)
  }

  /// Bytes may be added to only where something tells whether they belong together: the version, or the checksum.
  private var resumableSize: Int64 {
    partial.version != nil || download.checksum != nil ? partial.size : 0
  }

  /// Asks, and follows where the server sends.
  private func answer(from offset: Int64) async throws -> HTTPClientResponse {
    var range: [(name: String, value: String)] = []
    if offset > 0 {
      range.append((name: "Range", value: "bytes=\(offset)-"))
      if let version = partial.version { range.append((name: "If-Range", value: version)) }
    }
    return try await WebRequest(url: download.url, headers: download.headers, client: download.client)
      .answer(adding: range)
  }

  /// Makes the file ready for the bytes of this answer; returns how many there will be in all.
  private func begin(_ response: HTTPClientResponse, offset: Int64) throws -> Int64? {
    let length = response.headers.first(name: "Content-Length").flatMap { Int64($0) }
    switch response.status.code {
    case 206:
      let text = response.headers.first(name: "Content-Range") ?? "no Content-Range"
      guard let range = ContentRange(text), range.start == offset else {
        partial.remove()
        throw Setback(problem: .range("'\(text)' for bytes from \(offset)"), isPassing: true)
      }
      return range.total
    case 200:
      do { try partial.begin(version: version(of: response)) } catch { throw Setback(problem: .file("\(error)")) }
      return length
    case let code:
      throw WebRequest.setback(for: response) ?? Setback(problem: .status(Int(code)))
    }
  }

  /// A weak ETag only says that two versions look alike, so it is no ground to join their bytes.
  private func version(of response: HTTPClientResponse) -> String? {
    if let tag = response.headers.first(name: "ETag") { return tag.hasPrefix("W/") ? nil : tag }
    return response.headers.first(name: "Last-Modified")
  }

  private func receive(_ response: HTTPClientResponse, total: Int64?) async throws {
    let handle: FileHandle
    do { handle = try partial.open() } catch { throw Setback(problem: .file("\(error)")) }
    defer { try? handle.close() }
    var received = partial.size
    report(received, of: total)
    var bytes = response.body.makeAsyncIterator()
    while true {
      let part: Data
      do {
        guard let buffer = try await bytes.next() else { break }
        part = Data(buffer.readableBytesView)
      } catch let error as CancellationError { throw error } catch {
        throw Setback(problem: .connection("the connection broke after \(received) bytes (\(error))"), isPassing: true)
      }
      do { try handle.write(contentsOf: part) } catch { throw Setback(problem: .file("\(error)")) }
      received += Int64(part.count)
      report(received, of: total)
    }
    if let total, received != total {
      if received > total { partial.remove() }
      throw Setback(problem: .incomplete(received: received, expected: total), isPassing: true)
    }
  }

  private func report(_ received: Int64, of total: Int64?) {
    progress?(DownloadProgress(file: download.destination, received: received, total: total))
  }

  /// The server has nothing after what is here: it is whole already, or it belongs to another version.
  private func acceptUnsatisfiable(_ response: HTTPClientResponse, offset: Int64) throws {
    let text = response.headers.first(name: "Content-Range") ?? ""
    guard offset > 0, text == "bytes */\(offset)" else {
      partial.remove()
      throw Setback(problem: .range("'\(text)' for bytes from \(offset)"), isPassing: true)
    }
  }

  /// Bytes that came in several runs may be a mixture, which a fresh start mends; those of one run are what the server has.
  private func verify(wasResumed: Bool) throws {
    guard let checksum = download.checksum else { return }
    let received: Checksum
    do { received = try checksum.computed(for: partial.url) } catch { throw Setback(problem: .file("\(error)")) }
    if received == checksum { return }
    partial.remove()
    throw Setback(problem: .checksum(expected: checksum, received: received), isPassing: wasResumed)
  }
}

/// `bytes 100-199/200`, or `/*` where the server does not know the total.
struct ContentRange: Equatable {
  let start: Int64
  let total: Int64?

  init?(_ text: String) {
    let fields = text.split(separator: " ")
    guard fields.count == 2, fields[0].lowercased() == "bytes" else { return nil }
    let parts = fields[1].split(separator: "/")
    let ends = parts.first?.split(separator: "-").compactMap { Int64($0) } ?? []
    guard parts.count == 2, ends.count == 2, ends[0] <= ends[1] else { return nil }
    start = ends[0]
    if parts[1] == "*" {
      total = nil
    } else {
      guard let total = Int64(parts[1]), total > ends[1] else { return nil }
      self.total = total
    }
  }
}
