import CArchive
import Foundation

/// A packed data set: tar (plain, gzip, bzip2, xz, zstd) or zip; or a single file under gzip.
///
/// Archives come from strangers. Only plain files and folders are taken from them, only below the folder that was asked
/// for, and only up to a limit.
public struct Archive {
  /// What an archive may hold.
  public struct Limits: Sendable, Hashable {
    /// Bytes, unpacked.
    public var bytes: Int64
    /// Files and folders.
    public var files: Int

    public init(bytes: Int64 = 64 << 30, files: Int = 4_000_000) {
      self.bytes = bytes
      self.files = files
    }
  }

  /// The archive.
  public let file: URL

  public init(_ file: URL) { self.file = file }

  /// Unpacks everything into a new folder, which appears at once and whole, or not at all.
  ///
  /// A folder that is already there is left alone, and nothing is unpacked.
  ///
  /// - Throws: ``ArchiveError``.
  public func unpack(to folder: URL, limits: Limits = Limits()) throws {
    let files = FileManager.default
    if files.fileExists(atPath: folder.path) { return }
    let beside = folder.deletingLastPathComponent()
      .appendingPathComponent(".\(folder.lastPathComponent).\(UUID().uuidString)")
    do {
      try files.createDirectory(at: beside, withIntermediateDirectories: true)
    } catch { throw failure(.file("\(error)")) }
    defer { try? files.removeItem(at: beside) }
    try unpackEntries(into: beside, limits: limits)
    // Whoever was quicker made the same folder.
    if rename(beside.path, folder.path) != 0, !files.fileExists(atPath: folder.path) {
      throw failure(.file(SystemError(path: folder.path).description))
    }
  }

  /// The bytes of a file, unpacked if it is under gzip.
  ///
  /// - Parameter limit: the most bytes that it may unpack to.
  /// - Throws: ``ArchiveError``.
  public func contents(limit: Int) throws -> [UInt8] {
    let reader = try ArchiveReader(file) { handle in
      archive_read_support_filter_gzip(handle)
      archive_read_support_format_raw(handle)
      archive_read_support_format_empty(handle)
    }
    guard try reader.nextEntry() != nil else { return [] }
    var bytes: [UInt8] = []
    while true {
      let block = try reader.read(upTo: 1 << 20)
      if block.isEmpty { return bytes }
      guard bytes.count + block.count <= limit else { throw failure(.tooManyBytes(limit: Int64(limit))) }
      bytes += block
    }
  }

  private func unpackEntries(into folder: URL, limits: Limits) throws {
    // Named one by one: some of libarchive's filters start other programs.
    let reader = try ArchiveReader(file) { handle in
      archive_read_support_filter_gzip(handle)
      archive_read_support_filter_bzip2(handle)
      archive_read_support_filter_xz(handle)
      archive_read_support_filter_zstd(handle)
      archive_read_support_format_tar(handle)
      archive_read_support_format_zip(handle)
    }
    var bytesLeft = limits.bytes
    var count = 0
    while let entry = try reader.nextEntry() {
      count += 1
      guard count <= limits.files else { throw failure(.tooManyFiles(limit: limits.files)) }
      guard let path = RelativePath(entry.path)?.parts else { throw failure(.path(entry.path)) }
      if path.isEmpty, entry.kind == .folder { continue }
      let place = path.reduce(folder) { $0.appendingPathComponent($1) }
      switch entry.kind {
      case .folder:
        try wrapped { try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true) }
      case .file:
        guard !path.isEmpty else { throw failure(.path(entry.path)) }
        try write(reader, to: place, bytesLeft: &bytesLeft, limits: limits)
      case .other(let kind):
        throw failure(.kind(kind, entry: entry.path))
      }
    }
  }

  private func write(_ reader: ArchiveReader, to place: URL, bytesLeft: inout Int64, limits: Limits) throws {
    let parent = place.deletingLastPathComponent()
    try wrapped { try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true) }
    // No link is ever made here, so nothing that is opened can lead elsewhere.
    let descriptor = open(place.path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(.file(SystemError(path: place.path).description)) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    while true {
      let block = try reader.read(upTo: 1 << 20)
      if block.isEmpty { break }
      bytesLeft -= Int64(block.count)
      guard bytesLeft >= 0 else { throw failure(.tooManyBytes(limit: limits.bytes)) }
      try wrapped { try handle.write(contentsOf: block) }
    }
    try wrapped { try handle.close() }
  }

  private func wrapped(_ body: () throws -> Void) throws {
    do { try body() } catch { throw failure(.file("\(error)")) }
  }

  private func failure(_ problem: ArchiveError.Problem) -> ArchiveError {
    ArchiveError(archive: file.path, problem: problem)
  }
}
