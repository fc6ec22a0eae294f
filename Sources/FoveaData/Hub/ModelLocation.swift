import Foundation

extension Hub {
  /// Where a model is on this machine: at a path, or, where there is no such file or folder, in the cache by its name on the
  /// Hub, fetched if need be.
  ///
  /// A name may end with a branch, a tag or a commit: `microsoft/resnet-50@main`, which counts before `revision`.
  ///
  /// Only names with an owner are looked for (`microsoft/resnet-50`), and not those below a folder that is here: those are
  /// paths that were misspelt.
  ///
  /// - Throws: ``HubError``.
  public func location(
    ofModel model: String, revision: String = "main", progress: ProgressHandler? = nil
  ) throws -> URL {
    let url = URL(fileURLWithPath: model)
    if FileManager.default.fileExists(atPath: url.path) { return url }
    let named = model.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let parts = named[0].split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, HubName(named[0], kind: .model) != nil,
      !FileManager.default.fileExists(atPath: String(parts[0]))
    else { throw HubError(repository: model, revision: "main", problem: .name) }
    return try self.model(named[0], revision: named.count > 1 ? named[1] : revision).modelFolder(progress: progress)
  }
}
