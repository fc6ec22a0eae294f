/// Why something could not be had from the Hub.
public struct HubError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What went wrong.
  public enum Problem: Sendable, Equatable {
    /// The name cannot be that of a repository, and there is no such folder.
    case name
    /// The revision cannot be one.
    case revision
    /// The path of a file would leave the repository, or has no proper name.
    case path(String)
    /// There is no such repository, or nobody may know of it.
    case noRepository(hasToken: Bool)
    /// It is given only to those who asked for it and were let in.
    case gated(hasToken: Bool)
    /// The token was not accepted.
    case refused(status: Int, hasToken: Bool)
    /// The repository has no such branch, tag or commit.
    case noRevision
    /// The repository has no such file.
    case noFile(String)
    /// The file is not in the cache, and the network is not to be used.
    case offline(String)
    /// The answer is not one of the Hub.
    case answer(String)
    /// The bytes did not come.
    case download(DownloadError)
    /// The cache cannot be written.
    case cache(String)
  }

  /// The repository, with `datasets/` before it for a data set.
  public let repository: String
  /// The branch, tag or commit.
  public let revision: String
  /// What went wrong.
  public let problem: Problem

  public var description: String { "\(repository)\(revision == "main" ? "" : " at \(revision)"): \(reason)" }

  private var reason: String {
    switch problem {
    case .name:
      "there is no such folder, and it is no name of a repository, which looks like 'google/vit-base-patch16-224'"
    case .revision: "the revision is no name of a branch, a tag or a commit"
    case .path(let path): "refused: the file '\(path.prefix(200))' would lie outside the repository's folder"
    case .noRepository(false):
      "there is no such repository, or it is private: check the name, or set HF_TOKEN to a token that may read it"
    case .noRepository(true): "there is no such repository, or the token (HF_TOKEN) may not read it"
    case .gated(false): "access must be asked for on the Hub's page of it; then set HF_TOKEN to your token"
    case .gated(true): "access must be asked for on the Hub's page of it, by the owner of the token (HF_TOKEN)"
    case .refused(let status, false): "the server answered \(status): set HF_TOKEN to a token that may read it"
    case .refused(let status, true):
      "the server answered \(status): the token (HF_TOKEN) is not valid, or may not read it"
    case .noRevision: "there is no such branch, tag or commit"
    case .noFile(let path): "there is no file '\(path)' in it"
    case .offline(let path):
      "'\(path)' is not in the cache, and HF_HUB_OFFLINE forbids to fetch it; unset it, or give a local folder"
    case .answer(let reason): "the server's answer is not one of the Hub (\(reason)); check HF_ENDPOINT and the proxy"
    case .download(let error): "\(error)"
    case .cache(let reason): "the cache cannot be written: \(reason); set HF_HOME to a folder that can"
    }
  }
}
