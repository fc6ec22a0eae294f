/// Why a file could not be downloaded.
public struct DownloadError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What went wrong.
  public enum Problem: Sendable, Equatable {
    /// The address is not one that can be asked.
    case address(String)
    /// The server refused with this HTTP status.
    case status(Int)
    /// The server sent from one place to the next for too long.
    case redirects(Int)
    /// A secure address sent to one that is not.
    case insecureRedirect(to: String)
    /// The name of this server could not be resolved.
    case unknownHost(String)
    /// There was no connection, or it broke, or nothing came for too long.
    case connection(String)
    /// The server said that there were more bytes, or fewer.
    case incomplete(received: Int64, expected: Int64)
    /// The server sent another part than the one that it was asked for.
    case range(String)
    /// All bytes came, and they are not the right ones.
    case checksum(expected: Checksum, received: Checksum)
    /// The file could not be written.
    case file(String)
  }

  /// The address that was asked for.
  public let url: String
  /// Where the file should have gone.
  public let destination: String
  /// What went wrong at the last attempt.
  public let problem: Problem
  /// How many attempts there were.
  public var attempts: Int

  public var description: String {
    let times = attempts > 1 ? " (\(attempts) attempts)" : ""
    return "cannot download \(url)\(times): \(reason)"
  }

  private var reason: String {
    switch problem {
    case .address(let reason): "\(reason); it must start with http:// or https://"
    case .status(let code) where code == 401 || code == 403:
      "the server answered \(code): it wants to know who asks, or does not give this file to everybody"
    case .status(let code) where code == 404 || code == 410:
      "the server answered \(code): there is no such file; fetch it elsewhere and put it at \(destination)"
    case .status(let code): "the server answered \(code); try again later, or put the file at \(destination)"
    case .redirects(let count): "the server sent on \(count) times without an end"
    case .insecureRedirect(let target): "a secure address sends to \(target), which is not; it was not followed"
    case .unknownHost(let host):
      "the name \(host) cannot be resolved: is there a network? Without one, put the file at \(destination)"
    case .connection(let reason): "\(reason); what has come is kept, so the next try goes on from there"
    case .incomplete(let received, let expected):
      "\(received) of \(expected) bytes came; what has come is kept, so the next try goes on from there"
    case .range(let reason): "the server sent another part of the file than the one asked for: \(reason)"
    case .checksum(let expected, let received):
      "the file is damaged, or not the one meant: its checksum is \(received), not \(expected); it was removed"
    case .file(let reason): "\(reason)"
    }
  }
}
