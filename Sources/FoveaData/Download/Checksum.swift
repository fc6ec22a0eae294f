import Crypto
import Foundation

/// What the bytes of a file must add up to. Hexadecimal, in either case.
public enum Checksum: Sendable, Hashable, CustomStringConvertible {
  /// MD5: what old data sets are published with. It tells damage, not malice.
  case md5(String)
  /// SHA-256.
  case sha256(String)

  /// The name of the method and the digits, such as `sha256:2c26b4…`.
  public var description: String {
    switch self {
    case .md5(let digits): "md5:\(digits.lowercased())"
    case .sha256(let digits): "sha256:\(digits.lowercased())"
    }
  }

  /// The checksum of a file by the same method.
  ///
  /// - Throws: the error of the file system if it cannot be read.
  public func computed(for file: URL) throws -> Checksum {
    switch self {
    case .md5: .md5(try Self.digest(of: file, by: Insecure.MD5.self))
    case .sha256: .sha256(try Self.digest(of: file, by: SHA256.self))
    }
  }

  public static func == (left: Checksum, right: Checksum) -> Bool { left.description == right.description }
  public func hash(into hasher: inout Hasher) { hasher.combine(description) }

  private static func digest<Method: HashFunction>(of file: URL, by method: Method.Type) throws -> String {
    let handle = try FileHandle(forReadingFrom: file)
    defer { try? handle.close() }
    var method = Method()
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
