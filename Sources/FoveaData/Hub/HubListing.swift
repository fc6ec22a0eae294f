import AsyncHTTPClient
import Foundation

/// Which files a repository has: the Hub's `api/models/NAME/revision/REVISION`.
struct HubListing: Sendable {
  let commit: String
  let paths: [String]

  /// The longest answer that is read.
  static let limit = 64 << 20

  /// Asks the Hub.
  ///
  /// - Throws: ``HubError``.
  static func fetch(
    _ name: HubName, _ revision: HubRevision, from hub: Hub, failure: @escaping (HubError.Problem) -> HubError
  ) async throws -> HubListing {
    let url = hub.address("\(name.apiPath)/revision/\(revision.path)")
    let request = WebRequest(url: url, headers: hub.headers, followsToOtherHosts: false)
    let bytes = try await hub.retries.run(failure: { setback, attempts in
      switch setback.problem {
      case .status(let status) where status == 404: failure(.noRepository(hasToken: hub.token != nil))
      case .status(let status) where status == 401 || status == 403:
        failure(.refused(status: status, hasToken: hub.token != nil))
      default:
        failure(
          .download(
            DownloadError(url: url.absoluteString, destination: "", problem: setback.problem, attempts: attempts)))
      }
    }) {
      let response = try await request.answer()
      if let setback = WebRequest.setback(for: response) { throw setback }
      return try await body(of: response) { failure(.answer("the list of its files is longer than \(limit) bytes")) }
    }
    guard let answer = try? JSONDecoder().decode(Answer.self, from: bytes), HubRevision.isCommit(answer.sha) else {
      throw failure(.answer("the list of its files is not one"))
    }
    return HubListing(commit: answer.sha, paths: answer.siblings.map(\.rfilename))
  }

  private static func body(of response: HTTPClientResponse, tooLong: () -> HubError) async throws -> Data {
    var bytes = Data()
    var parts = response.body.makeAsyncIterator()
    while true {
      do {
        guard let part = try await parts.next() else { return bytes }
        bytes += part.readableBytesView
      } catch let error as CancellationError { throw error } catch {
        throw Setback(problem: .connection("\(error)"), isPassing: true)
      }
      guard bytes.count <= limit else { throw tooLong() }
    }
  }

  private struct Answer: Decodable {
    struct File: Decodable { let rfilename: String }
    let sha: String
    let siblings: [File]
  }
}
