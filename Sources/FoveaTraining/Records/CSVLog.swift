import Foundation

/// Writes `metrics.csv`, a row at a time. The columns grow with the names that appear.
///
/// Each row is one write to the end of the file, so a run that is killed loses at most the row in the making. Only a new
/// column rewrites the file, beside itself and then by renaming.
public final class CSVLog {
  private let url: URL
  private var table: MetricsTable
  private var file: FileHandle

  /// Starts the file anew, or goes on with it.
  ///
  /// - Parameter step: the step at which a run is resumed. Rows after it are dropped, since the run will make them again;
  ///   nil starts an empty file.
  /// - Throws: ``RecordError`` where the file cannot be written, or is no such table.
  public init(at url: URL, resumingAt step: Int? = nil) throws(RecordError) {
    self.url = url
    table = MetricsTable()
    if let step, FileManager.default.fileExists(atPath: url.path) {
      table = try MetricsTable(contentsOf: url)
      table.removeRows(after: step)
    }
    file = try Self.rewrite(url, table)
  }

  deinit { try? file.close() }

  /// Adds a row.
  public func write(_ values: [String: Double], step: Int, epoch: Int) throws(RecordError) {
    let hasNewColumns = table.append(values, step: step, epoch: epoch)
    if hasNewColumns {
      try? file.close()
      file = try Self.rewrite(url, table)
      return
    }
    guard let row = table.rows.last else { return }
    let line = Data((table.line(row) + "\n").utf8)
    try RecordError.naming(url) { try file.write(contentsOf: line) }
  }

  /// Puts the whole table in place of the file, and opens its end.
  private static func rewrite(_ url: URL, _ table: MetricsTable) throws(RecordError) -> FileHandle {
    try RecordError.naming(url) {
      try Data(table.csv.utf8).write(to: url, options: .atomic)
      let file = try FileHandle(forWritingTo: url)
      try file.seekToEnd()
      return file
    }
  }
}
