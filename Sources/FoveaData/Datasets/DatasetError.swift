/// What is wrong with the files of a data set.
public struct DatasetError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file or folder.
  public let path: String
  /// What is wrong with it, with the values.
  public let problem: String
  /// What to do.
  public let fix: String?

  public init(_ path: String, _ problem: String, fix: String? = nil) {
    self.path = path
    self.problem = problem
    self.fix = fix
  }

  public var description: String { "\(path): \(problem)" + (fix.map { "; \($0)" } ?? "") }
}
