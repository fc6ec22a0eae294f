/// The characters by which byte-level BPE writes bytes, so that every token is printable: a space is `Ġ`.
///
/// From Radford et al., 2019 (GPT-2): printable Latin-1 characters stand for themselves, other bytes for the characters
/// from U+0100 on.
enum ByteAlphabet {
  /// The character of each byte.
  static let characters: [Unicode.Scalar] = {
    var extra: UInt32 = 256
    return (0..<256).map { (byte: UInt32) in
      if (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte) {
        return Unicode.Scalar(UInt8(byte))
      }
      defer { extra += 1 }
      return Unicode.Scalar(extra) ?? "?"
    }
  }()

  private static let bytes = Dictionary(uniqueKeysWithValues: characters.enumerated().map { ($1, UInt8($0)) })

  /// A byte's character as UTF-8.
  static let encoded: [[UInt8]] = characters.map { Array(String(Character($0)).utf8) }

  /// The bytes that a token stands for. Characters of no byte are kept as they are: they come from added tokens.
  static func decode(_ token: [UInt8]) -> [UInt8] {
    String(decoding: token, as: UTF8.self).unicodeScalars.flatMap { scalar in
      bytes[scalar].map { [$0] } ?? Array(String(Character(scalar)).utf8)
    }
  }
}
