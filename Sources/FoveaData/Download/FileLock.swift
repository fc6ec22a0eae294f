import Foundation

/// A lock that one process at a time can hold: an empty file under `flock`.
///
/// The kernel lets go of it when its holder dies, however it dies. The file is removed by whoever held it unless it is to
/// be kept, so a waiter may get the lock of a file that is no longer there; it looks again then.
final class FileLock {
  private let path: String
  private let descriptor: Int32
  private let isFileKept: Bool

  /// Waits until nobody else holds the lock. Other processes, and other threads of this one, count alike.
  ///
  /// - Parameter isFileKept: leaves the file there in the end, as programs expect that lock the same one.
  /// - Throws: `CancellationError`, or the system's error if the file cannot be made.
  static func acquire(_ file: URL, keepingFile isFileKept: Bool = false) async throws -> FileLock {
    while true {
      if let lock = try attempt(file.path, isFileKept) { return lock }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private init(path: String, descriptor: Int32, isFileKept: Bool) {
    self.path = path
    self.descriptor = descriptor
    self.isFileKept = isFileKept
  }

  deinit {
    if !isFileKept { unlink(path) }
    close(descriptor)
  }

  private static func attempt(_ path: String, _ isFileKept: Bool) throws -> FileLock? {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemError(path: path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, isStillThere(path, descriptor) else {
      close(descriptor)
      return nil
    }
    return FileLock(path: path, descriptor: descriptor, isFileKept: isFileKept)
  }

  private static func isStillThere(_ path: String, _ descriptor: Int32) -> Bool {
    var held = stat()
    var named = stat()
    return fstat(descriptor, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino
  }
}

/// What the operating system said of a file.
struct SystemError: Error, CustomStringConvertible {
  let path: String
  let reason: String

  /// The reason of the call that just failed on this thread.
  init(path: String) {
    self.path = path
    reason = String(cString: strerror(errno))
  }

  var description: String { "\(path): \(reason)" }
}
