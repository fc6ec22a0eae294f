import CArchive
import Foundation

/// libarchive, entry by entry.
final class ArchiveReader {
  /// One member of an archive.
  struct Entry {
    enum Kind: Equatable {
      case file
      case folder
      case other(String)
    }

    let path: String
    let kind: Kind
  }

  private let handle: OpaquePointer
  private let file: URL

  /// - Parameter support: names the filters and formats that may be read.
  init(_ file: URL, support: (OpaquePointer) -> Void) throws {
    guard let handle = archive_read_new() else {
      throw ArchiveError(archive: file.path, problem: .unreadable("libarchive has no memory"))
    }
    self.handle = handle
    self.file = file
    support(handle)
    guard archive_read_open_filename(handle, file.path, 1 << 18) == ARCHIVE_OK else { throw failure() }
  }

  deinit { archive_read_free(handle) }

  /// Goes to the next member; nil after the last.
  func nextEntry() throws -> Entry? {
    var entry: OpaquePointer?
    let status = archive_read_next_header(handle, &entry)
    if status == ARCHIVE_EOF { return nil }
    // A warning is a name that cannot be written in the locale's letters; it is read as UTF-8 below.
    guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else { throw failure() }
    let path = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry)
    guard let path, let text = String(validatingCString: path) else {
      throw ArchiveError(archive: file.path, problem: .path("(not UTF-8)"))
    }
    return Entry(path: text, kind: kind(of: entry))
  }

  private func kind(of entry: OpaquePointer) -> Entry.Kind {
    if archive_entry_hardlink_utf8(entry) != nil || archive_entry_hardlink(entry) != nil {
      return .other("a hard link")
    }
    switch archive_entry_filetype(entry) {  // libarchive's AE_IFREG and its kin, the same on every system
    case 0o100000: return .file
    case 0o040000: return .folder
    case 0o120000: return .other("a symbolic link")
    case 0o020000, 0o060000: return .other("a device")
    case 0o010000: return .other("a pipe")
    default: return .other("no file")
    }
  }

  /// The next bytes of the member; empty at its end.
  func read(upTo count: Int) throws -> [UInt8] {
    var status = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      status = archive_read_data(handle, buffer.baseAddress, count)
      initialized = max(status, 0)
    }
    guard status >= 0 else { throw failure() }
    return bytes
  }

  private func failure() -> ArchiveError {
    let reason = archive_error_string(handle).map { String(cString: $0) } ?? "unknown reason"
    return ArchiveError(archive: file.path, problem: .unreadable(reason))
  }
}
