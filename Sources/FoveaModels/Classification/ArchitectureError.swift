/// Why a network cannot be made as asked.
public enum ArchitectureError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is none of this name; `nearest` is the one that is spelt much like it.
  case unknown(name: String, nearest: String?)
  /// A number that has to be 1 or more.
  case notPositive(field: String, value: Int)
  /// A number beyond which no memory would suffice.
  case tooLarge(field: String, value: Int, limit: Int)
  /// A stem that this architecture does not have.
  case noStem(Stem, architecture: String, stems: [Stem])
  /// Images that are smaller than one patch of a vision transformer.
  case tooSmall(imageSize: Int, patch: Int, architecture: String)
  /// Numbers that make no network of this architecture.
  case impossible(architecture: String, problem: String)

  public var description: String {
    switch self {
    case .unknown(let name, let nearest):
      "there is no model '\(name)'\(nearest.map { "; did you mean '\($0)'?" } ?? ";") `fovea models list` names all"
    case .notPositive(let field, let value): "\(field) is \(value), but has to be 1 or more"
    case .tooLarge(let field, let value, let limit): "\(field) is \(value), but has to be \(limit) or less"
    case .tooSmall(let imageSize, let patch, let architecture):
      "\(architecture) cuts images into patches of \(patch) pixels; images of \(imageSize) have none"
    case .impossible(let architecture, let problem): "there is no such \(architecture): \(problem)"
    case .noStem(let stem, let architecture, let stems):
      "\(architecture) has no '\(stem.rawValue)' stem; use \(stems.map { "'\($0.rawValue)'" }.joined(separator: " or "))"
    }
  }
}
