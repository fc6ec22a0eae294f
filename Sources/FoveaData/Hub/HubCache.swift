import Foundation

/// A repository's part of the cache, in Hugging Face's own layout, so that `huggingface_hub` and Fovea share every file:
///
/// ```
/// models--google--vit-base-patch16-224/
///   blobs/5f4e…            the bytes, by their ETag
///   refs/main              the commit that a branch was at
///   snapshots/1a2b…/       a commit's files: links to ../../blobs/5f4e…
///   .no_exist/1a2b…/       files that a commit is known not to have
/// .locks/models--google--vit-base-patch16-224/5f4e….lock
/// ```
struct HubCache: Sendable {
  /// `~/.cache/huggingface/hub`, or where `HF_HOME` or `HF_HUB_CACHE` say.
  let root: URL
  let name: HubName

  var folder: URL { root.appendingPathComponent(name.folder) }

  func blob(_ etag: String) -> URL { folder.appendingPathComponent("blobs/\(etag)") }
  func lock(_ etag: String) -> URL { root.appendingPathComponent(".locks/\(name.folder)/\(etag).lock") }
  func snapshot(_ commit: String) -> URL { folder.appendingPathComponent("snapshots/\(commit)") }

  /// A file of a commit: the link, whether or not it is there.
  func pointer(_ path: RelativePath, at commit: String) -> URL {
    path.parts.reduce(snapshot(commit)) { $0.appendingPathComponent($1) }
  }

  /// A file of a commit that is there; a link to a blob that is gone does not count.
  func file(_ path: RelativePath, at commit: String) -> URL? {
    let place = pointer(path, at: commit)
    return FileManager.default.fileExists(atPath: place.path) ? place : nil
  }

  /// The commit that a revision was at when somebody last asked.
  func commit(of revision: HubRevision) -> String? {
    if revision.isCommit { return revision.name }
    let place = folder.appendingPathComponent("refs/\(revision.name)")
    guard let text = try? String(contentsOf: place, encoding: .utf8) else { return nil }
    let commit = text.trimmingCharacters(in: .whitespacesAndNewlines)
    return HubRevision.isCommit(commit) ? commit : nil
  }

  /// Notes the commit that a revision is at now.
  func note(_ commit: String, for revision: HubRevision) throws {
    guard !revision.isCommit, self.commit(of: revision) != commit else { return }
    try write(Data(commit.utf8), to: folder.appendingPathComponent("refs/\(revision.name)"))
  }

  /// Whether a commit is known not to have a file.
  func lacks(_ path: RelativePath, at commit: String) -> Bool {
    FileManager.default.fileExists(atPath: absence(path, at: commit).path)
  }

  /// Notes that a commit does not have a file.
  func noteAbsence(of path: RelativePath, at commit: String) throws {
    guard !lacks(path, at: commit) else { return }
    try write(Data(), to: absence(path, at: commit))
  }

  private func absence(_ path: RelativePath, at commit: String) -> URL {
    path.parts.reduce(folder.appendingPathComponent(".no_exist/\(commit)")) { $0.appendingPathComponent($1) }
  }

  /// Makes a blob a file of a commit, by a relative link, so that the cache can be moved.
  func link(_ etag: String, as path: RelativePath, at commit: String) throws {
    let place = pointer(path, at: commit)
    try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    let target = String(repeating: "../", count: path.parts.count + 1) + "blobs/\(etag)"
    // Made beside and renamed: a link to an older blob is replaced, and nobody finds the place empty meanwhile.
    let beside = place.deletingLastPathComponent().appendingPathComponent(".\(UUID().uuidString).link")
    guard symlink(target, beside.path) == 0 else { throw SystemError(path: beside.path) }
    guard rename(beside.path, place.path) == 0 else {
      let error = SystemError(path: place.path)
      unlink(beside.path)
      throw error
    }
  }

  private func write(_ data: Data, to place: URL) throws {
    try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: place, options: .atomic)
  }
}
