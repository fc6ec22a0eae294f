import AsyncHTTPClient
import Foundation

// How one file comes: from the cache where it can, else the Hub is asked which commit and which bytes are meant, and the
// bytes are fetched under a lock that huggingface_hub heeds as well.
extension HubRepository {
  /// A file on this machine, and the commit that it belongs to; nil for one of a local folder.
  func located(_ path: String, progress: ProgressHandler?) async throws -> (file: URL, commit: String?) {
    guard let relative = RelativePath(path), !relative.parts.isEmpty else { throw error(.path(path)) }
    switch place {
    case .folder(let folder):
      let file = relative.parts.reduce(folder) { $0.appendingPathComponent($1) }
      guard FileManager.default.fileExists(atPath: file.path) else { throw error(.noFile(path)) }
      return (file, nil)
    case .remote(let name, let revision):
      return try await remote(relative, name, revision, progress: progress)
    }
  }

  private func remote(
    _ path: RelativePath, _ name: HubName, _ revision: HubRevision, progress: ProgressHandler?
  ) async throws -> (file: URL, commit: String?) {
    let cache = HubCache(root: hub.cache, name: name)
    let text = path.parts.joined(separator: "/")
    let known = cache.commit(of: revision)
    let cached = known.flatMap { commit in cache.file(path, at: commit).map { (file: $0, commit: commit) } }
    if revision.isCommit || hub.isOffline {
      if let cached { return cached }
      if let known, cache.lacks(path, at: known) { throw error(.noFile(text)) }
      if hub.isOffline { throw error(.offline(text)) }
    }
    let version: HubFileVersion
    do {
      version = try await self.version(of: path, name, revision, cache, isUrgent: cached == nil, progress: progress)
    } catch let error as HubError {
      // A server that cannot be reached is no reason to do without a file that is here.
      if case .download(let failure) = error.problem, failure.problem.isPassing, let cached { return cached }
      throw error
    }
    do {
      try cache.note(version.commit, for: revision)
      if let file = cache.file(path, at: version.commit) { return (file, version.commit) }
    } catch { throw self.error(.cache("\(error)")) }
    try await fetchBlob(version, path, name, cache, progress: progress)
    do { try cache.link(version.etag, as: path, at: version.commit) } catch { throw self.error(.cache("\(error)")) }
    return (cache.pointer(path, at: version.commit), version.commit)
  }

  /// Asks the Hub for a file's commit and ETag.
  ///
  /// - Parameter isUrgent: keeps asking a server that is busy; without it, one answer decides, as the file is here already.
  private func version(
    of path: RelativePath, _ name: HubName, _ revision: HubRevision, _ cache: HubCache, isUrgent: Bool,
    progress: ProgressHandler?
  ) async throws -> HubFileVersion {
    let url = hub.address("\(name.path)/resolve/\(revision.path)/\(path.escaped)")
    let request = WebRequest(
      url: url, headers: hub.headers, wantsHeadersOnly: true, followsToOtherHosts: false)
    var retries = hub.retries
    retries.attempts = min(retries.attempts, isUrgent ? 4 : 1)  // a question costs little to ask again another time
    let failure = { (setback: Setback, attempts: Int) -> any Error in
      error(
        .download(
          DownloadError(
            url: url.absoluteString, destination: cache.folder.path, problem: setback.problem, attempts: attempts)))
    }
    let onSetback = { (setback: Setback, pause: Duration) in
      let file = path.parts.reduce(cache.folder) { $0.appendingPathComponent($1) }
      let notice = Retries.notice(failure(setback, 1), pause)
      progress?(DownloadProgress(file: file, received: 0, total: nil, setback: notice))
    }
    let response = try await retries.run(failure: failure, onSetback: onSetback) {
      let response = try await request.answer()
      if let setback = WebRequest.setback(for: response), setback.isPassing { throw setback }
      return response
    }
    if response.status.code >= 400 { throw refusal(response, of: path, cache, revision, failure) }
    do { return try HubFileVersion(response) } catch { throw self.error(.answer(error.reason)) }
  }

  /// What an answer of 4xx means: the Hub says it in a header, other servers by the status alone.
  private func refusal(
    _ response: HTTPClientResponse, of path: RelativePath, _ cache: HubCache, _ revision: HubRevision,
    _ failure: (Setback, Int) -> any Error
  ) -> any Error {
    let status = Int(response.status.code)
    let hasToken = hub.token != nil
    switch (response.headers.first(name: "X-Error-Code"), status) {
    case ("EntryNotFound", _), (nil, 404), (nil, 410):
      if let commit = response.headers.first(name: "X-Repo-Commit"), HubRevision.isCommit(commit) {
        // Only saves asking again: a cache that cannot be written is told where it matters.
        try? cache.noteAbsence(of: path, at: commit)
        try? cache.note(commit, for: revision)
      }
      return error(.noFile(path.parts.joined(separator: "/")))
    case ("RevisionNotFound", _): return error(.noRevision)
    case ("GatedRepo", _): return error(.gated(hasToken: hasToken))
    case ("RepoNotFound", _): return error(.noRepository(hasToken: hasToken))
    case (_, 401), (_, 403): return error(.refused(status: status, hasToken: hasToken))
    default: return failure(Setback(problem: .status(status)), 1)
    }
  }

  private func fetchBlob(
    _ version: HubFileVersion, _ path: RelativePath, _ name: HubName, _ cache: HubCache, progress: ProgressHandler?
  ) async throws {
    var download = Download(
      hub.address("\(name.path)/resolve/\(version.commit)/\(path.escaped)"), to: cache.blob(version.etag),
      checksum: version.checksum, headers: hub.headers)
    download.retries = hub.retries
    download.lockFile = cache.lock(version.etag)
    let place = cache.pointer(path, at: version.commit)
    do {
      // People know the file by its name, not by its checksum.
      try await download.fetch { state in
        progress?(DownloadProgress(file: place, received: state.received, total: state.total, setback: state.setback))
      }
    } catch let failure as DownloadError { throw error(.download(failure)) }
  }
}

extension RelativePath {
  /// The path as addresses spell it.
  fileprivate var escaped: String {
    parts.map { $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["-", "_", ".", "~"])) ?? $0 }
      .joined(separator: "/")
  }
}

extension DownloadError.Problem {
  /// Whether the same might work another day: the network or the server failed, not the request.
  var isPassing: Bool {
    switch self {
    case .connection, .unknownHost, .incomplete: true
    case .status(let code): code == 408 || code == 429 || code >= 500
    default: false
    }
  }
}
