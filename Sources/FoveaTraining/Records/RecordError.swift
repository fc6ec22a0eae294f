import Foundation

/// Why a record of a run cannot be written, or read again.
public enum RecordError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file cannot be made, written or read.
  case file(String, reason: String)
  /// A line of a table of metrics is not what it should be.
  case line(Int, file: String, problem: String)

  public var description: String {
    switch self {
    case .file(let path, let reason):
      "\(path): \(reason)"
    case .line(let number, let path, let problem):
      "\(path), line \(number): \(problem); move the file away to go on without what it recorded"
    }
  }

  /// Runs `body`, and says of any error which file it is about.
  static func naming<Result>(_ url: URL, _ body: () throws -> Result) throws(RecordError) -> Result {
    do {
      return try body()
    } catch let error as RecordError {
      throw error
    } catch {
      throw .file(url.path, reason: error.localizedDescription)
    }
  }
}
