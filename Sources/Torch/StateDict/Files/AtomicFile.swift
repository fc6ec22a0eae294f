import Foundation

/// A file that appears under its name all at once, or not at all, even when the machine loses power meanwhile.
///
/// The bytes go to a temporary file beside it, which is flushed to the disk and then renamed.
struct AtomicFile: ~Copyable {
  private let target: String
  private let temporary: String
  private let descriptor: Int32

  /// Begins a file; nothing is visible under its name before ``commit()``.
  ///
  /// - Throws: ``StateDictError`` where the folder cannot be written to.
  init(_ url: URL) throws {
    guard url.isFileURL else { throw Self.error(url.path, "is not a file URL") }
    let folder = url.deletingLastPathComponent().path
    let mark = String(UInt64.random(in: .min ... .max), radix: 36)
    let name = "\(folder)/.\(url.lastPathComponent.prefix(40)).\(mark).part"
    let opened = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard opened >= 0 else { throw Self.error(url.path, "cannot be created (\(Self.reason))") }
    (target, temporary, descriptor) = (url.path, name, opened)
  }

  /// Appends bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      // Linux moves at most 2 GB at a time, and says how much it did.
      let written = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw failure("cannot be written (\(Self.reason))") }
      rest = rest.dropFirst(written)
    }
  }

  /// Flushes the bytes to the disk and gives the file its name, in place of what had it before.
  consuming func commit() throws {
    guard fsync(descriptor) == 0 else { throw failure("cannot be flushed to the disk (\(Self.reason))") }
    guard rename(temporary, target) == 0 else { throw failure("cannot be put in place (\(Self.reason))") }
    // The new name is an entry of the folder, which must reach the disk as well. Not every file system can do it.
    let folder = open(URL(filePath: target).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  deinit {
    close(descriptor)
    unlink(temporary)  // after a commit there is none
  }

  private static var reason: String { String(cString: strerror(errno)) }

  private func failure(_ problem: String) -> StateDictError { Self.error(target, problem) }

  private static func error(_ path: String, _ problem: String) -> StateDictError {
    StateDictError(
      kind: .unwritable, file: path, entry: nil, problem: problem,
      fix: "check that the folder exists, may be written to and has space left")
  }
}
