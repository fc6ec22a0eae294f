/// A path from a stranger that stays below the folder where it starts.
struct RelativePath: Hashable {
  /// The names of the folders and the file, in order; none of them is special.
  let parts: [String]

  /// Nil for a path that would lead elsewhere, or whose names cannot be a file's.
  init?(_ path: String) {
    guard !path.hasPrefix("/"), !path.contains("\\"), !path.utf8.contains(0), path.utf8.count < 4096 else { return nil }
    parts = path.split(separator: "/").map(String.init).filter { $0 != "." }
    guard parts.count < 64, parts.allSatisfy({ $0 != ".." && $0.utf8.count < 256 }) else { return nil }
  }
}
