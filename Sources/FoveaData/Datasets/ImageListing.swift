import Foundation

/// Finds the images below a folder.
enum ImageListing {
  /// The endings of the formats that can be read.
  static let endings: Set<String> = ["jpg", "jpeg", "png", "webp", "ppm", "pgm", "pbm", "pnm"]

  /// A folder that holds images.
  struct Folder {
    /// Relative to where the search began, without a slash at either end; empty for that folder itself.
    let path: String
    /// The names of the images in it, in natural order.
    let files: [String]
  }

  /// Every folder with images at or below `root`, in natural order.
  ///
  /// - Throws: ``DatasetError`` if a folder cannot be listed.
  static func folders(below root: URL) throws -> [Folder] {
    var found: [Folder] = []
    try search(root, path: "", depth: 0, into: &found)
    return found
  }

  /// Whether a name ends like an image's.
  static func isImage(_ name: String) -> Bool {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return false }
    return endings.contains(name[name.index(after: dot)...].lowercased())
  }

  private static func search(_ folder: URL, path: String, depth: Int, into found: inout [Folder]) throws {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch { throw DatasetError(folder.path, "cannot be listed: \(error.localizedDescription)") }
    let visible = names.filter { !$0.hasPrefix(".") }.sorted(by: naturallyPrecedes)
    let images = visible.filter(isImage)
    if !images.isEmpty { found.append(Folder(path: path, files: images)) }
    // A link that leads back up would go round for ever.
    guard depth < deepest else { return }
    for name in visible where !isImage(name) {
      let inner = folder.appendingPathComponent(name)
      guard isFolder(inner) else { continue }
      try search(inner, path: path.isEmpty ? name : path + "/" + name, depth: depth + 1, into: &found)
    }
  }

  private static let deepest = 16

  static func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
