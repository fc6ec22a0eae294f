import Foundation

/// What the caller of a decoder wants.
struct DecodingRequest {
  let mode: Image.Mode
  /// The least size that will do, of the pixels as stored.
  let leastSize: (width: Int, height: Int)?
}

/// One file format's reader. Bytes come from anywhere: a codec checks every bound, and throws an `ImageError.Problem`.
protocol Codec {
  /// The size and kind, from the first bytes.
  static func header(of bytes: UnsafeRawBufferPointer) throws -> ImageHeader
  /// The pixels, as stored. It may give more channels than asked for, and then the caller converts.
  static func decode(_ bytes: UnsafeRawBufferPointer, _ header: ImageHeader, _ request: DecodingRequest) throws -> Image
}

extension ImageFormat {
  var codec: any Codec.Type {
    switch self {
    case .jpeg: JPEG.self
    case .png: PNG.self
    case .webp: WebP.self
    case .pnm: PNM.self
    }
  }
}

extension Image {
  /// The most pixels that are decoded unless the caller allows more: 128 Mi x 4 / 3, at which Pillow, too, gives up.
  public static let defaultPixelLimit = 178_956_970

  /// Reads an image file: JPEG, PNG, WebP, PPM, PGM or PBM, whatever its name ends in.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - mode: Which channels the image gets.
  ///   - leastSize: Where less than the whole resolution will do: it is shown the header, and answers with a size of the
  ///     upright image, or nil for all of it. A JPEG is decoded at the smallest of 1, 1/2, 1/4 and 1/8 of its size that is
  ///     at least this wide and this high; a large one then takes a half to a fifth of the time. Other formats, and JPEGs
  ///     that are smaller, come in full.
  ///   - appliesOrientation: Whether a photograph is turned upright as its EXIF data says.
  ///   - pixelLimit: The most pixels that the file may hold, checked before memory is taken for them.
  /// - Throws: ``ImageError`` with the file's path.
  public init(
    contentsOf url: URL, mode: Mode = .rgb, appliesOrientation: Bool = true,
    pixelLimit: Int = Image.defaultPixelLimit,
    atLeast leastSize: (ImageHeader) -> (width: Int, height: Int)? = { _ in nil }
  ) throws(ImageError) {
    let data = try named(url.path) { try bytes(of: url) }
    try self.init(
      decoding: data, name: url.path, mode: mode, appliesOrientation: appliesOrientation, pixelLimit: pixelLimit,
      atLeast: leastSize)
  }

  /// Decodes an image in memory; errors call it `name`. The other parameters are those of `init(contentsOf:)`.
  ///
  /// - Throws: ``ImageError`` with that name.
  public init(
    decoding data: Data, name: String = "image", mode: Mode = .rgb, appliesOrientation: Bool = true,
    pixelLimit: Int = Image.defaultPixelLimit,
    atLeast leastSize: (ImageHeader) -> (width: Int, height: Int)? = { _ in nil }
  ) throws(ImageError) {
    self = try named(name) {
      try data.withUnsafeBytes { bytes in
        let codec = try ImageFormat(of: bytes).codec
        let header = try codec.header(of: bytes)
        try Self.check(header, pixelLimit: pixelLimit)
        let orientation = appliesOrientation ? header.orientation : .upright
        let storedSize = leastSize(header).map { orientation.swapsSides ? ($0.height, $0.width) : $0 }
        let stored = try codec.decode(bytes, header, DecodingRequest(mode: mode, leastSize: storedSize))
        return stored.converted(to: mode).upright(from: orientation)
      }
    }
  }

  static func check(_ header: ImageHeader, pixelLimit: Int) throws {
    guard header.width > 0, header.height > 0 else { throw ImageError.Problem.damaged("a side of 0 pixels") }
    let (pixels, overflows) = header.width.multipliedReportingOverflow(by: header.height)
    if overflows || pixels > min(pixelLimit, Int.max / 8) {
      throw ImageError.Problem.tooLarge(width: header.width, height: header.height, pixelLimit: pixelLimit)
    }
  }

  /// The image that a decoder writes into fresh memory.
  static func filling(
    width: Int, height: Int, channels: Int, _ decode: (UnsafeMutableBufferPointer<UInt8>) throws -> Void
  ) throws -> Image {
    let count = width * height * channels
    let pixels = try [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      try decode(UnsafeMutableBufferPointer(rebasing: target[..<count]))
      initialized = count
    }
    return Image(width: width, height: height, channels: channels, pixels: pixels)
  }
}

/// The bytes of a file.
func bytes(of url: URL) throws -> Data {
  do {
    return try Data(contentsOf: url)
  } catch CocoaError.fileReadNoSuchFile {
    throw ImageError.Problem.unreadable(reason: "there is no such file")
  } catch {
    let folder = (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true
    throw ImageError.Problem.unreadable(reason: folder ? "it is a folder" : error.localizedDescription)
  }
}
