import Foundation

/// A folder for one test, gone with the value.
final class Scratch: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The place of a file in it.
  func place(_ path: String) -> URL { url.appendingPathComponent(path) }

  /// Writes a file, with the folders that it needs.
  @discardableResult
  func write(_ path: String, _ bytes: some Sequence<UInt8>) throws -> URL {
    let file = place(path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file
  }

  @discardableResult
  func write(_ path: String, _ text: String) throws -> URL { try write(path, Array(text.utf8)) }

  /// The paths of all files and folders in it, hidden ones included.
  var contents: [String] {
    (FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []).sorted()
  }
}

/// A file that the test target brings along.
func fixture(_ name: String) throws -> URL {
  Bundle.module.bundleURL.appendingPathComponent("Fixtures/\(name)")
}
