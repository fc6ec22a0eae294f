import AsyncHTTPClient
import Foundation

/// How far a download is.
public struct DownloadProgress: Sendable, Hashable {
  /// The file that is being made.
  public let file: URL
  /// The bytes that have come, those of an earlier run included.
  public let received: Int64
  /// The bytes that there will be, if the server says so.
  public let total: Int64?
  /// Why it is about to be tried again, for the user; nil while bytes come.
  public var setback: String?
}

/// Is told how far a download is; called on any thread.
public typealias ProgressHandler = @Sendable (DownloadProgress) -> Void

/// A file to be brought here from the web.
///
/// The file appears at its place at once and whole, or not at all. What came of a download that broke off stays beside it
/// (`.partial`), and the next run goes on from there, if the server still has the same version. Servers that are busy
/// (408, 429, 5xx) or hang up are asked again, each time after a longer pause. One process at a time downloads a file;
/// others wait and then find it there.
public struct Download: Sendable {
  /// Where the file is.
  public let url: URL
  /// Where it goes. A file that is already there is left alone, and nothing is downloaded.
  public let destination: URL
  /// What its bytes must add up to.
  public let checksum: Checksum?
  /// Headers for the request, such as `Authorization`; that one is not sent on to other hosts.
  public let headers: [String: String]

  var client = Download.sharedClient
  var retries = Retries()
  /// The file that is locked meanwhile. One that others name is left behind; by default there is one beside the
  /// destination for as long as the download takes.
  var lockFile: URL?

  public init(_ url: URL, to destination: URL, checksum: Checksum? = nil, headers: [String: String] = [:]) {
    self.url = url
    self.destination = destination
    self.checksum = checksum
    self.headers = headers
  }

  /// Downloads the file, and blocks until it is there.
  ///
  /// - Throws: ``DownloadError``.
  public func run(progress: ProgressHandler? = nil) throws {
    if isThere { return }
    try waiting { try await fetch(progress: progress) }
  }

  /// Downloads the file without blocking.
  ///
  /// - Throws: ``DownloadError``, or `CancellationError`.
  public func fetch(progress: ProgressHandler? = nil) async throws {
    if isThere { return }
    let lock: FileLock
    do {
      let place = lockFile ?? destination.appendingPathExtension("lock")
      for file in [destination, place] {
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      }
      lock = try await FileLock.acquire(place, keepingFile: lockFile != nil)
    } catch  where !(error is CancellationError) { throw failure(.file("\(error)")) }
    defer { withExtendedLifetime(lock) {} }
    if isThere { return }
    let partial = PartialFile(for: destination)
    var size = partial.size
    try await retries.run(
      hasProgressed: {
        defer { size = partial.size }
        return partial.size - size > 1 << 20
      },
      failure: { failure($0.problem, attempts: $1) },
      onSetback: { setback, pause in
        progress?(
          DownloadProgress(
            file: destination, received: partial.size, total: nil,
            setback: Retries.notice(failure(setback.problem), pause)))
      }
    ) {
      try await Transfer(download: self, progress: progress).run()
    }
    do { try partial.finish(as: destination) } catch { throw failure(.file("\(error)")) }
  }

  private var isThere: Bool { FileManager.default.fileExists(atPath: destination.path) }

  func failure(_ problem: DownloadError.Problem, attempts: Int = 1) -> DownloadError {
    DownloadError(
      url: url.absoluteString, destination: destination.path, problem: problem, attempts: attempts)
  }

  /// One client for all; redirects are followed by ``Transfer``, which looks where they lead.
  static let sharedClient = makeClient(patience: 60)

  /// - Parameter patience: how many seconds may pass without a byte.
  static func makeClient(patience: Double) -> HTTPClient {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(connect: .seconds(30), read: .milliseconds(Int64(patience * 1000))))
    configuration.decompression = .disabled
    configuration.connectionPool.retryConnectionEstablishment = false  // Fetching tries again itself.
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }
}
