/// A repository on the Hub: its kind and its name, in the spellings that addresses and folders need.
struct HubName: Sendable, Hashable {
  /// What a repository holds.
  enum Kind: String, Sendable {
    case model, dataset
  }

  let kind: Kind
  /// `google/vit-base-patch16-224`; old ones have no owner before them (`gpt2`).
  let id: String

  /// Nil for what cannot be a name: letters, digits, `-`, `_`, `.`, at most one `/`.
  init?(_ id: String, kind: Kind) {
    let parts = id.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), id.utf8.count <= 96, !id.contains("--"), !id.contains(".."),
      parts.allSatisfy({ Self.isProper($0) })
    else { return nil }
    self.kind = kind
    self.id = id
  }

  private static func isProper(_ part: Substring) -> Bool {
    guard let first = part.first, let last = part.last, !"-.".contains(first), !"-.".contains(last) else {
      return false
    }
    return part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
  }

  /// How the Hub's addresses name it.
  var path: String { kind == .model ? id : "datasets/\(id)" }

  /// How the Hub's API names it.
  var apiPath: String { "api/\(kind.rawValue)s/\(id)" }

  /// Its folder in the cache.
  var folder: String { "\(kind.rawValue)s--" + id.split(separator: "/").joined(separator: "--") }
}

/// A branch, a tag or a commit.
struct HubRevision: Sendable, Hashable {
  let name: String

  /// Nil for what git allows for no reference, or would leave a folder of references.
  init?(_ name: String) {
    guard let path = RelativePath(name), !path.parts.isEmpty, path.parts.joined(separator: "/") == name,
      name.utf8.count <= 200,
      name.unicodeScalars.allSatisfy({ $0.isASCII && $0.value > 32 && !"~^:?*[%#".unicodeScalars.contains($0) })
    else { return nil }
    self.name = name
  }

  /// Whether it is a commit itself, which never means anything else.
  var isCommit: Bool { Self.isCommit(name) }

  static func isCommit(_ text: String) -> Bool {
    text.utf8.count == 40 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }

  /// How addresses name it: a slash would end it.
  var path: String { name.split(separator: "/").joined(separator: "%2F") }
}
