import Crypto
import Foundation

@testable import FoveaData

/// A Hub with one repository, as a good server would give it: small files itself, large ones from another host.
struct SmallHub: Sendable {
  static let commit = "0123456789abcdef0123456789abcdef01234567"
  static let body = (0..<300_000).map { UInt8(truncatingIfNeeded: ($0 &* 31) >> 3) }

  var name = "org/net"
  var files: [String: [UInt8]] = [
    "config.json": Array(#"{"model_type": "resnet"}"#.utf8), "model.safetensors": body,
  ]
  /// The token without which there is nothing to be had.
  var token: String?
  /// Where large files are, if not here.
  var store: (@Sendable (_ file: String) -> String)?

  func reply(to request: LocalServer.Request) -> LocalServer.Reply {
    if let token, request.headers["authorization"] != "Bearer \(token)" {
      return .init(status: 401, headers: ["X-Error-Code": "RepoNotFound"])
    }
    if request.path == "/api/models/\(name)/revision/main" { return listing }
    let parts = request.path.split(separator: "/", maxSplits: 4).map(String.init)
    guard parts.count == 5, "\(parts[0])/\(parts[1])" == name, parts[2] == "resolve" else {
      return .init(status: 404, headers: ["X-Error-Code": "RepoNotFound"])
    }
    guard parts[3] == "main" || parts[3] == Self.commit else {
      return .init(status: 404, headers: ["X-Error-Code": "RevisionNotFound"])
    }
    guard let body = files[parts[4]] else {
      return .init(status: 404, headers: ["X-Error-Code": "EntryNotFound", "X-Repo-Commit": Self.commit])
    }
    guard body.count > 100_000 else {
      return .init(headers: ["X-Repo-Commit": Self.commit, "ETag": "\"\(Self.gitName(body))\""], body: body)
    }
    let headers = ["X-Repo-Commit": Self.commit, "X-Linked-ETag": "\"\(Self.sha256(body))\""]
    guard let store else {
      var reply = LocalServer.Reply.range(of: body, for: request, etag: "\"store\"")
      reply.headers.merge(headers) { $1 }
      return reply
    }
    return .init(status: 302, headers: headers.merging(["Location": store(parts[4])]) { $1 })
  }

  private var listing: LocalServer.Reply {
    let names = files.keys.sorted().map { "{\"rfilename\": \"\($0)\"}" }.joined(separator: ", ")
    return .init(body: Array("{\"sha\": \"\(Self.commit)\", \"siblings\": [\(names)]}".utf8))
  }

  static func sha256(_ bytes: [UInt8]) -> String { SHA256.hash(data: bytes).hexadecimal }
  static func gitName(_ bytes: [UInt8]) -> String {
    Insecure.SHA1.hash(data: Array("blob \(bytes.count)\0".utf8) + bytes).hexadecimal
  }
}
