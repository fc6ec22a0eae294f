import Foundation

/// The part of a download that has come so far, beside the place where the whole will go.
///
/// Another file beside it holds the server's mark of the version that the bytes belong to (an ETag, or a date), so that
/// two versions are never joined.
struct PartialFile {
  let url: URL
  private let mark: URL

  init(for destination: URL) {
    url = destination.appendingPathExtension("partial")
    mark = destination.appendingPathExtension("partial.version")
  }

  /// How many bytes have come.
  var size: Int64 {
    let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
    return (attributes?[.size] as? NSNumber)?.int64Value ?? 0
  }

  /// The version that they belong to.
  var version: String? {
    guard let text = try? String(contentsOf: mark, encoding: .utf8), !text.isEmpty else { return nil }
    return text
  }

  /// Throws away what has come.
  func remove() {
    try? FileManager.default.removeItem(at: url)
    try? FileManager.default.removeItem(at: mark)
  }

  /// Begins anew, with a version if the server names one.
  func begin(version: String?) throws {
    remove()
    if let version { try Data(version.utf8).write(to: mark) }
    guard FileManager.default.createFile(atPath: url.path, contents: nil) else { throw SystemError(path: url.path) }
  }

  /// Opens it for more bytes at its end.
  func open() throws -> FileHandle {
    let handle = try FileHandle(forWritingTo: url)
    try handle.seekToEnd()
    return handle
  }

  /// Makes it the whole file, at once: whoever looks sees nothing, or all of it.
  func finish(as destination: URL) throws {
    let handle = try FileHandle(forWritingTo: url)
    try handle.synchronize()
    try handle.close()
    guard rename(url.path, destination.path) == 0 else { throw SystemError(path: destination.path) }
    try? FileManager.default.removeItem(at: mark)
  }
}
