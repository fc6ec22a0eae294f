import Foundation

/// The Hugging Face Hub, or a server of its kind: where published models and data sets come from.
///
/// ```swift
/// let folder = try Hub.model("microsoft/resnet-50").modelFolder()        // config.json, weights, ...
/// let page = try Hub.dataset("uoft-cs/cifar100").file("README.md")
/// ```
/// Files are kept in Hugging Face's own cache, and shared with its Python libraries. Where a name is wanted, a local folder
/// does as well. The environment counts as it does there: `HF_TOKEN`, `HF_ENDPOINT`, `HF_HOME`, `HF_HUB_CACHE`,
/// `HF_HUB_OFFLINE`.
public struct Hub: Sendable {
  /// The server.
  public var endpoint: URL
  /// The cache's folder.
  public var cache: URL
  /// Who asks; nil for nobody in particular. It is told to the endpoint alone, never to where it redirects.
  public var token: String?
  /// Uses only what is in the cache.
  public var isOffline: Bool

  var retries = Retries()

  public init(endpoint: URL, cache: URL, token: String? = nil, isOffline: Bool = false) {
    self.endpoint = endpoint
    self.cache = cache
    self.token = token
    self.isOffline = isOffline
  }

  /// The Hub as the environment's variables describe it.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    func value(_ names: String...) -> String? {
      names.lazy.compactMap { environment[$0]?.trimmingCharacters(in: .whitespacesAndNewlines) }.first { !$0.isEmpty }
    }
    func folder(_ path: String) -> URL {
      URL(fileURLWithPath: (path as NSString).expandingTildeInPath, isDirectory: true)
    }
    let home =
      value("HF_HOME").map(folder)
      ?? (value("XDG_CACHE_HOME").map(folder)
      ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache"))
      .appendingPathComponent("huggingface")
    let tokenFile = value("HF_TOKEN_PATH").map(folder) ?? home.appendingPathComponent("token")
    let saved = (try? String(contentsOf: tokenFile, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    let address = value("HF_ENDPOINT") ?? "https://huggingface.co"
    self.init(
      endpoint: URL(string: address) ?? URL(fileURLWithPath: address),
      cache: value("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE").map(folder) ?? home.appendingPathComponent("hub"),
      token: value("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN") ?? saved.flatMap { $0.isEmpty ? nil : $0 },
      isOffline: ["1", "ON", "YES", "TRUE"].contains(
        value("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")?.uppercased() ?? ""))
  }

  /// A model by its name, or a folder with its files.
  ///
  /// - Parameter revision: a branch, a tag or a commit.
  /// - Throws: ``HubError`` for what can be neither.
  public static func model(_ name: String, revision: String = "main") throws -> HubRepository {
    try Hub().model(name, revision: revision)
  }

  /// A data set by its name, or a folder with its files.
  ///
  /// - Parameter revision: a branch, a tag or a commit.
  /// - Throws: ``HubError`` for what can be neither.
  public static func dataset(_ name: String, revision: String = "main") throws -> HubRepository {
    try Hub().dataset(name, revision: revision)
  }

  /// A model by its name, or a folder with its files.
  ///
  /// - Throws: ``HubError`` for what can be neither.
  public func model(_ name: String, revision: String = "main") throws -> HubRepository {
    try HubRepository(hub: self, name: name, kind: .model, revision: revision)
  }

  /// A data set by its name, or a folder with its files.
  ///
  /// - Throws: ``HubError`` for what can be neither.
  public func dataset(_ name: String, revision: String = "main") throws -> HubRepository {
    try HubRepository(hub: self, name: name, kind: .dataset, revision: revision)
  }

  /// An address below the endpoint.
  ///
  /// - Parameter path: escaped already.
  func address(_ path: String) -> URL {
    let base = endpoint.absoluteString
    return URL(string: (base.hasSuffix("/") ? base : base + "/") + path) ?? endpoint
  }

  var headers: [String: String] { token.map { ["Authorization": "Bearer \($0)"] } ?? [:] }
}
