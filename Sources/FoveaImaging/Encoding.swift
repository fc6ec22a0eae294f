import Foundation

/// A file format to write an image in.
public enum ImageEncoding: Sendable, Hashable {
  /// Baseline JPEG with halved chroma, as Pillow writes it; `quality` from 1 to 100. Alpha is dropped.
  case jpeg(quality: Int = 90)
  /// PNG, without loss, 1, 3 or 4 channels.
  case png
  /// Lossy WebP; `quality` from 0 to 100. Grey becomes RGB.
  case webp(quality: Int = 80)
  /// Binary PGM for grey and PPM for colours, without loss. Alpha is dropped.
  case pnm
}

extension Image {
  /// The bytes of a file in this format.
  ///
  /// - Throws: ``ImageError`` for an image that is too large for the format: JPEG ends at 65,500 pixels a side, WebP at 16,383.
  public func encoded(as encoding: ImageEncoding) throws(ImageError) -> Data {
    try encoded(as: encoding, name: "image")
  }

  /// Writes a file, in one step: there is never half of it.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - encoding: The format; if none is given, the name's ending tells: jpg, jpeg, png, webp, ppm, pgm or pnm.
  /// - Throws: ``ImageError`` with the file's path for an unknown ending, an image too large for the format, or a failure to write.
  public func write(to url: URL, as encoding: ImageEncoding? = nil) throws(ImageError) {
    guard let encoding = encoding ?? ImageEncoding(fileExtension: url.pathExtension) else {
      let reason = "the ending '\(url.pathExtension)' is none of jpg, jpeg, png, webp, ppm, pgm, pnm"
      throw ImageError(name: url.path, problem: .unwritable(reason: reason))
    }
    let data = try encoded(as: encoding, name: url.path)
    do {
      try data.write(to: url, options: .atomic)
    } catch {
      throw ImageError(name: url.path, problem: .unwritable(reason: error.localizedDescription))
    }
  }

  private func encoded(as encoding: ImageEncoding, name: String) throws(ImageError) -> Data {
    try named(name) {
      switch encoding {
      case .jpeg(let quality): try JPEG.encode(self, quality: quality)
      case .png: try PNG.encode(self)
      case .webp(let quality): try WebP.encode(self, quality: quality)
      case .pnm: PNM.encode(self)
      }
    }
  }
}

extension ImageEncoding {
  fileprivate init?(fileExtension: String) {
    switch fileExtension.lowercased() {
    case "jpg", "jpeg": self = .jpeg()
    case "png": self = .png
    case "webp": self = .webp()
    case "ppm", "pgm", "pnm": self = .pnm
    default: return nil
    }
  }
}
