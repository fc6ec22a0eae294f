/// What is wrong with a tokenizer's file.
public struct TokenizerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// What is wrong, with the field and the value.
  public let problem: String
  /// What to do.
  public let fix: String?

  public init(_ file: String, _ problem: String, fix: String? = nil) {
    self.file = file
    self.problem = problem
    self.fix = fix
  }

  public var description: String { "\(file): \(problem)" + (fix.map { "; \($0)" } ?? "") }
}
