import AsyncHTTPClient
import Foundation

/// A request that goes where servers send it, and tells who one is (`Authorization`) to the first host alone.
struct WebRequest {
  let url: URL
  let headers: [String: String]
  var client = Download.sharedClient
  /// Asks what the server would say of the thing, without the thing itself.
  var wantsHeadersOnly = false
  /// Whether it goes to other hosts; if not, the answer that sends there is the last one.
  var followsToOtherHosts = true

  private static let longestChain = 10

  /// The last answer, whatever its status.
  ///
  /// - Parameter extra: headers for this time only, by the host's view of who asks.
  /// - Throws: ``Setback``.
  func answer(adding extra: [(name: String, value: String)] = []) async throws -> HTTPClientResponse {
    var url = url
    for _ in 0...Self.longestChain {
      guard let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme), url.host != nil else {
        throw Setback(problem: .address("'\(url.absoluteString)' is not a web address"))
      }
      let response: HTTPClientResponse
      do {
        response = try await client.execute(request(for: url, extra), timeout: .hours(24))
      } catch let error as CancellationError { throw error } catch {
        throw Self.setback(after: error, host: url.host ?? "")
      }
      guard [301, 302, 303, 307, 308].contains(response.status.code) else { return response }
      guard let place = response.headers.first(name: "Location") else {
        throw Setback(problem: .status(Int(response.status.code)))
      }
      let next = try Self.target(of: place, from: url)
      if !followsToOtherHosts, !isFirstHost(next) { return response }
      url = next
    }
    throw Setback(problem: .redirects(Self.longestChain))
  }

  /// Where a redirect leads: a place may be told relative to the one that tells it.
  static func target(of place: String, from url: URL) throws -> URL {
    guard let next = URL(string: place, relativeTo: url)?.absoluteURL else {
      throw Setback(problem: .address("'\(place)', to which the server sends, is not a web address"))
    }
    if url.scheme == "https", next.scheme != "https" {
      throw Setback(problem: .insecureRedirect(to: next.absoluteString))
    }
    return next
  }

  /// Why an answer of this status is none; nil for one that is.
  static func setback(for response: HTTPClientResponse) -> Setback? {
    let code = Int(response.status.code)
    if code < 400 { return nil }
    guard code == 408 || code == 429 || code >= 500 else { return Setback(problem: .status(code)) }
    let pause = response.headers.first(name: "Retry-After").flatMap { RetryAfter.pause($0) }
    return Setback(problem: .status(code), isPassing: true, pause: pause)
  }

  /// Why there was no answer. A name that cannot be resolved mostly means that there is no network, so it is looked up only
  /// once more.
  private static func setback(after error: any Error, host: String) -> Setback {
    let reason = "\(error)"
    guard reason.hasPrefix("DNS error") else { return Setback(problem: .connection(reason), isPassing: true) }
    return Setback(problem: .unknownHost(host), isPassing: true, attempts: 2)
  }

  private func isFirstHost(_ other: URL) -> Bool {
    other.host == url.host && other.port == url.port && other.scheme == url.scheme
  }

  private func request(for place: URL, _ extra: [(name: String, value: String)]) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: place.absoluteString)
    if wantsHeadersOnly { request.method = .HEAD }
    request.headers.add(name: "User-Agent", value: "fovea")
    request.headers.add(name: "Accept-Encoding", value: "identity")
    for (name, value) in headers where isFirstHost(place) || name.lowercased() != "authorization" {
      request.headers.add(name: name, value: value)
    }
    for (name, value) in extra { request.headers.add(name: name, value: value) }
    return request
  }
}
