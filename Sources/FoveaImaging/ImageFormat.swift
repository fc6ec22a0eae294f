/// The file formats that are read and written. What a file is, its first bytes say, not its name.
public enum ImageFormat: String, Sendable, Hashable, CaseIterable {
  case jpeg
  case png
  case webp
  /// The PPM, PGM and PBM family: text (P1 to P3) and binary (P4 to P6).
  case pnm

  /// The format of these bytes.
  ///
  /// - Throws: a problem for bytes that are no image, or an image of another kind.
  init(of bytes: UnsafeRawBufferPointer) throws {
    if bytes.isEmpty { throw ImageError.Problem.empty }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: PNG.signature) {
      self = .png
    } else if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
      self = .webp
    } else if PNM.isBeginning(of: bytes) {
      self = .pnm
    } else {
      throw Self.problem(with: bytes)
    }
  }

  /// Names the well-known formats that are not read; a user who sees "GIF" knows what to do.
  private static func problem(with bytes: UnsafeRawBufferPointer) -> ImageError.Problem {
    let others: [(offset: Int, mark: [UInt8], name: String)] = [
      (0, Array("GIF8".utf8), "GIF"), (0, Array("BM".utf8), "BMP"), (0, Array("II*\0".utf8), "TIFF"),
      (0, Array("MM\0*".utf8), "TIFF"), (4, Array("ftypavif".utf8), "AVIF"), (4, Array("ftyphei".utf8), "HEIF"),
      (4, Array("ftypmif1".utf8), "HEIF"), (4, Array("jP  ".utf8), "JPEG 2000"), (0, [0xFF, 0x0A], "JPEG XL"),
    ]
    for other in others where bytes.dropFirst(other.offset).starts(with: other.mark) {
      return .unsupported(other.name)
    }
    return .notAnImage
  }
}
