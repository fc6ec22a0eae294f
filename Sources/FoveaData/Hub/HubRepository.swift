import Foundation

/// A model or a data set on the Hub at one revision, or a local folder in its place.
///
/// Every function blocks until its files are there; what is in the cache is not fetched again.
public struct HubRepository: Sendable {
  /// The server and the cache.
  public let hub: Hub
  /// The name, or the folder's path, as it was given.
  public let name: String
  /// The branch, tag or commit.
  public let revision: String

  /// Where its files are, if they are on this machine.
  enum Place: Sendable {
    case folder(URL)
    case remote(HubName, HubRevision)
  }

  let place: Place

  init(hub: Hub, name: String, kind: HubName.Kind, revision: String) throws {
    (self.hub, self.name, self.revision) = (hub, name, revision)
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: name, isDirectory: &isFolder), isFolder.boolValue {
      place = .folder(URL(fileURLWithPath: name, isDirectory: true))
      return
    }
    guard let hubName = HubName(name, kind: kind) else {
      throw HubError(repository: name, revision: revision, problem: .name)
    }
    guard let hubRevision = HubRevision(revision) else {
      throw HubError(repository: hubName.path, revision: revision, problem: .revision)
    }
    place = .remote(hubName, hubRevision)
  }

  /// A file, fetched if need be.
  ///
  /// - Parameters:
  ///   - path: its path in the repository, such as `config.json` or `onnx/model.onnx`.
  ///   - progress: is told how far the download is.
  /// - Throws: ``HubError``.
  public func file(_ path: String, progress: ProgressHandler? = nil) throws -> URL {
    try waiting { try await fetchFile(path, progress: progress) }
  }

  /// A file, fetched if need be, without blocking.
  ///
  /// - Throws: ``HubError``, or `CancellationError`.
  public func fetchFile(_ path: String, progress: ProgressHandler? = nil) async throws -> URL {
    try await located(path, progress: progress).file
  }

  /// The folder of a model: its configuration, its image processor's, its weights, and for one that writes its tokenizer.
  ///
  /// All files are those of one commit, also if somebody pushes meanwhile.
  ///
  /// - Throws: ``HubError``; for a repository without weights, one that names what was looked for.
  public func modelFolder(progress: ProgressHandler? = nil) throws -> URL {
    try waiting { try await fetchModelFolder(progress: progress) }
  }

  /// The paths of all files that it has.
  ///
  /// - Throws: ``HubError``.
  public func files() throws -> [String] { try waiting { try await fetchFileList().paths } }

  /// The folder of its files, those that fit the patterns fetched if need be.
  ///
  /// - Parameter patterns: such as `*.parquet`, where `*` stands for any letters, slashes too; all files unless given.
  /// - Throws: ``HubError``.
  public func snapshot(matching patterns: [String] = [], progress: ProgressHandler? = nil) throws -> URL {
    try waiting { try await fetchSnapshot(matching: patterns, progress: progress) }
  }

  func error(_ problem: HubError.Problem) -> HubError {
    if case .remote(let name, _) = place {
      return HubError(repository: name.path, revision: revision, problem: problem)
    }
    return HubError(repository: name, revision: revision, problem: problem)
  }

  /// The same repository at a commit.
  private func at(_ commit: String) throws -> HubRepository {
    guard case .remote(let name, _) = place else { return self }
    return try HubRepository(hub: hub, name: name.id, kind: name.kind, revision: commit)
  }
}

extension HubRepository {
  /// What a model that writes has besides: how sentences are looked for, and its tokenizer in one form or another.
  private static let textFiles = [
    "generation_config.json", "tokenizer.json", "vocab.json", "merges.txt", "vocab.txt", "tokenizer_config.json",
  ]

  private func fetchModelFolder(progress: ProgressHandler?) async throws -> URL {
    let (file, commit) = try await located("config.json", progress: progress)
    let folder = file.deletingLastPathComponent()
    guard let commit else { return folder }
    let pinned = try at(commit)
    for name in [ImageProcessor.fileName] + Self.textFiles { _ = try await pinned.fileIfAny(name, progress) }
    for name in ModelWeights.names {
      guard let weights = try await pinned.fileIfAny(name, progress) else { continue }
      if weights.pathExtension == "json" {
        for shard in try WeightsIndex(contentsOf: weights).files {
          _ = try await pinned.fetchFile(shard, progress: progress)
        }
      }
      return folder
    }
    throw error(.noFile(ModelWeights.names.joined(separator: "' or '")))
  }

  /// A file that need not be there.
  private func fileIfAny(_ path: String, _ progress: ProgressHandler?) async throws -> URL? {
    do { return try await fetchFile(path, progress: progress) } catch let error as HubError {
      switch error.problem {
      case .noFile, .offline: return nil
      default: throw error
      }
    }
  }

  private func fetchSnapshot(matching patterns: [String], progress: ProgressHandler?) async throws -> URL {
    let (paths, folder, commit) = try await fetchFileList()
    guard let commit else { return folder }
    let pinned = try at(commit)
    for path in paths where patterns.isEmpty || patterns.contains(where: { fnmatch($0, path, 0) == 0 }) {
      _ = try await pinned.fetchFile(path, progress: progress)
    }
    return folder
  }

  /// The paths of all files, the folder in which they are or will be, and the commit that they belong to.
  private func fetchFileList() async throws -> (paths: [String], folder: URL, commit: String?) {
    switch place {
    case .folder(let folder): return (Self.paths(in: folder), folder, nil)
    case .remote(let name, let revision):
      let cache = HubCache(root: hub.cache, name: name)
      if hub.isOffline {
        guard let commit = cache.commit(of: revision) else { throw error(.offline("(the list of its files)")) }
        let folder = cache.snapshot(commit)
        return (Self.paths(in: folder), folder, commit)
      }
      let listing = try await HubListing.fetch(name, revision, from: hub, failure: error)
      for path in listing.paths where RelativePath(path)?.parts.isEmpty ?? true { throw error(.path(path)) }
      return (listing.paths, cache.snapshot(listing.commit), listing.commit)
    }
  }

  private static func paths(in folder: URL) -> [String] {
    let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    var isFolder: ObjCBool = false
    return all.filter {
      FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path, isDirectory: &isFolder)
        && !isFolder.boolValue
    }
    .sorted()
  }
}
