import Crypto
import Foundation

/// What the bytes of a file must add up to. Hexadecimal, in either case.
public enum Checksum: Sendable, Hashable, CustomStringConvertible {
  /// MD5: what old data sets are published with. It tells damage, not malice.
  case md5(String)
  /// SHA-256.
  case sha256(String)
  /// What git calls a file by: the SHA-1 of its length and its bytes. The Hub's small files are known by it.
  case gitBlob(String)

  /// The name of the method and the digits, such as `sha256:2c26b4…`.
  public var description: String {
    switch self {
    case .md5(let digits): "md5:\(digits.lowercased())"
    case .sha256(let digits): "sha256:\(digits.lowercased())"
    case .gitBlob(let digits): "git:\(digits.lowercased())"
    }
  }

  /// The checksum of a file by the same method.
  ///
  /// - Throws: the error of the file system if it cannot be read.
  public func computed(for file: URL) throws -> Checksum {
    switch self {
    case .md5: .md5(try Self.digest(of: file, by: Insecure.MD5.self))
    case .sha256: .sha256(try Self.digest(of: file, by: SHA256.self))
    case .gitBlob: .gitBlob(try Self.digest(of: file, by: Insecure.SHA1.self) { "blob \($0)\0" })
    }
  }

  public static func == (left: Checksum, right: Checksum) -> Bool { left.description == right.description }
  public func hash(into hasher: inout Hasher) { hasher.combine(description) }

  /// - Parameter prefix: what comes before the bytes, by their number.
  private static func digest<Method: HashFunction>(
    of file: URL, by method: Method.Type, after prefix: (UInt64) -> String = { _ in "" }
  ) throws -> String {
    let handle = try FileHandle(forReadingFrom: file)
    defer { try? handle.close() }
    var method = Method()
    method.update(data: Data(prefix(try handle.seekToEnd()).utf8))
    try handle.seek(toOffset: 0)
    while let bytes = try handle.read(upToCount: 1 << 20), !bytes.isEmpty { method.update(data: bytes) }
    return method.finalize().hexadecimal
  }
}

extension Digest {
  /// The digits in lower case.
  var hexadecimal: String {
    map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
