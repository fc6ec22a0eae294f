/// Why a weights file could not be read or written.
public struct StateDictError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What sort of trouble it is.
  public enum Kind: Sendable {
    /// The file cannot be opened, is not a regular file, or is empty.
    case unreadable
    /// The file cannot be written: no space, no permission, no such folder.
    case unwritable
    /// The content is neither safetensors nor a PyTorch file.
    case unrecognized
    /// The content contradicts itself or the format: truncated, damaged or forged.
    case malformed
    /// The content is right, but it holds what ``Tensor`` cannot represent.
    case unsupported
    /// The file asks for Python code that is not on the short list of what tensors need.
    case forbidden
    /// The content is beyond a limit that keeps hostile files from filling the memory.
    case excessive
  }

  /// What sort of trouble it is.
  public let kind: Kind
  /// The path of the file.
  public let file: String
  /// The name of the tensor or the part of the file, where the trouble is in one.
  public let entry: String?
  /// What is wrong, with the value that was found.
  public let problem: String
  /// What mends it.
  public let fix: String

  public var description: String {
    let place = entry.map { "\(file): \($0.quoted)" } ?? file
    return "\(place): \(problem); \(fix)"
  }
}

extension StringProtocol {
  /// The text in quotation marks, control characters escaped, and cut where it is long: file contents may say anything.
  var quoted: String {
    let limit = 120
    let cut = unicodeScalars.prefix(limit).map { $0.escaped(asASCII: false) }.joined()
    return unicodeScalars.dropFirst(limit).isEmpty ? "'\(cut)'" : "'\(cut)...'"
  }
}
