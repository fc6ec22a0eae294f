import Foundation

extension Hub {
  /// Where a model is on this machine: at a path, or, where there is no such file or folder, in the cache by its name on the
  /// Hub, fetched if need be.
  ///
  /// Only names with an owner are looked for (`microsoft/resnet-50`), and not those below a folder that is here: those are
  /// paths that were misspelt.
  ///
  /// - Throws: ``HubError``.
  public func location(
    ofModel model: String, revision: String = "main", progress: ProgressHandler? = nil
  ) throws -> URL {
    let url = URL(fileURLWithPath: model)
    let parts = model.split(separator: "/", omittingEmptySubsequences: false)
    if FileManager.default.fileExists(atPath: url.path) { return url }
    guard parts.count == 2, HubName(model, kind: .model) != nil,
      !FileManager.default.fileExists(atPath: String(parts[0]))
    else { throw HubError(repository: model, revision: "main", problem: .name) }
    return try self.model(model, revision: revision).modelFolder(progress: progress)
  }
}
