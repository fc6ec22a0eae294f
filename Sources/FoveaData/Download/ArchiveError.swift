/// Why an archive was not unpacked. Nothing of it is left then.
public struct ArchiveError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Sendable, Equatable {
    /// It cannot be read: damaged, cut off, or no archive of a known format.
    case unreadable(String)
    /// An entry would land outside the folder, or its name cannot be a file's.
    case path(String)
    /// An entry is a link or a device, which data sets have no use for.
    case kind(String, entry: String)
    /// It holds more bytes than were allowed.
    case tooManyBytes(limit: Int64)
    /// It holds more files than were allowed.
    case tooManyFiles(limit: Int)
    /// A file could not be written.
    case file(String)
  }

  /// The archive's path.
  public let archive: String
  /// What is wrong.
  public let problem: Problem

  public var description: String {
    switch problem {
    case .unreadable(let reason): "\(archive): cannot be unpacked: \(reason); delete it and download it again"
    case .path(let entry): "\(archive): refused: the entry '\(entry)' would leave the folder or has no proper name"
    case .kind(let kind, let entry):
      "\(archive): refused: the entry '\(entry)' is \(kind); only files and folders are unpacked"
    case .tooManyBytes(let limit): "\(archive): refused: it unpacks to more than \(limit) bytes, the limit for this set"
    case .tooManyFiles(let limit): "\(archive): refused: it holds more than \(limit) files, the limit for this set"
    case .file(let reason): "\(archive): cannot be unpacked: \(reason)"
    }
  }
}
