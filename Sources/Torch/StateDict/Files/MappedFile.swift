import Foundation

/// A file's bytes in memory, loaded page by page when they are touched.
///
/// The mapping is private: whoever writes to it changes a copy of the page, never the file. It lasts as long as this
/// object, which every tensor over it keeps alive. A file that another program shortens meanwhile is lost memory, and
/// touching it stops the process: replace files by renaming, as ``StateDict/write(to:)`` does.
final class MappedFile: @unchecked Sendable {  // the mapping never moves, and its contents follow the rule of Tensor
  let path: String
  let start: UnsafeMutableRawPointer
  let count: Int

  /// - Throws: ``StateDictError`` where there is no readable regular file, or an empty one.
  init(_ url: URL) throws {
    func error(_ problem: String, _ fix: String) -> StateDictError {
      StateDictError(kind: .unreadable, file: url.path, entry: nil, problem: problem, fix: fix)
    }
    guard url.isFileURL else { throw error("is not a file URL", "download the file first") }
    // Opening a pipe would wait for its writer without O_NONBLOCK; regular files ignore it.
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw error("cannot be opened (\(String(cString: strerror(errno))))", "check the path and its permissions")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw error("is not a regular file", "give the path of a weights file")
    }
    guard status.st_size > 0 else { throw error("is empty", "fetch or write the file again") }
    count = Int(status.st_size)
    #if os(Linux)
      let flags = MAP_PRIVATE | MAP_NORESERVE  // no swap is set aside for copies that are rarely made
    #else
      let flags = MAP_PRIVATE
    #endif
    guard let memory = mmap(nil, count, PROT_READ | PROT_WRITE, flags, descriptor, 0), memory != MAP_FAILED else {
      throw error("cannot be mapped into memory (\(String(cString: strerror(errno))))", "free memory and try again")
    }
    path = url.path
    start = memory
  }

  deinit { munmap(start, count) }

  /// The bytes of a part of the file; valid only while the file is alive.
  ///
  /// - Precondition: the range is within the file.
  func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "bytes \(range) of \(path), which has \(count)")
    return UnsafeRawBufferPointer(start: start + range.lowerBound, count: range.count)
  }

  /// An error about this file, or about an entry in it.
  func error(_ kind: StateDictError.Kind, _ problem: String, in entry: String? = nil, fix: String) -> StateDictError {
    StateDictError(kind: kind, file: path, entry: entry, problem: problem, fix: fix)
  }

  /// An error about content that contradicts itself, as after an interrupted download.
  func malformed(_ problem: String, in entry: String? = nil) -> StateDictError {
    error(.malformed, problem, in: entry, fix: "the file is damaged: fetch or write it again")
  }
}
