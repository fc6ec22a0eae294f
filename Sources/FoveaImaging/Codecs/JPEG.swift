import CPartialJPEG
import CTurboJPEG
import Foundation

/// JPEG through libjpeg-turbo: baseline and progressive, grey, YCbCr, RGB, CMYK and YCCK.
enum JPEG: Codec {
  /// The accurate transform is what Pillow and PyTorch use; an endless chain of progressive scans is an attack.
  private static let flags = TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS

  static func header(of bytes: UnsafeRawBufferPointer) throws -> ImageHeader {
    try withDecompressor { try layout(of: bytes, $0).header }
  }

  static func decode(
    _ bytes: UnsafeRawBufferPointer, _ header: ImageHeader, _ request: DecodingRequest
  ) throws -> Image {
    try withDecompressor { decompressor in
      let colorspace = try layout(of: bytes, decompressor).colorspace
      let denominator = scaleDenominator(header, covering: request.leastSize)
      let (width, height) = size(of: header, over: denominator)
      func pixels(_ format: TJPF, channels: Int) throws -> Image {
        try Image.filling(width: width, height: height, channels: channels) { target in
          let status = tjDecompress2(
            decompressor, bytes.bindMemory(to: UInt8.self).baseAddress, UInt(bytes.count), target.baseAddress,
            Int32(width), 0, Int32(height), Int32(format.rawValue), flags)
          if status != 0 { try check(decompressor, bytes) }
        }
      }
      return switch colorspace {
      case TJCS_CMYK, TJCS_YCCK: try pixels(TJPF_CMYK, channels: 4).rgbFromInvertedCMYK()
      case TJCS_GRAY where request.mode != .rgb: try pixels(TJPF_GRAY, channels: 1)
      default: try pixels(TJPF_RGB, channels: 3)
      }
    }
  }

  /// A part of the image at a fraction of its size, RGB, with a little more around it that came for nothing; nil where the file
  /// is one for ``decode(_:_:_:)``.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, _ window: PixelWindow, over denominator: Int
  ) -> (image: Image, window: PixelWindow)? {
    let sides = [window.left, window.top, window.width, window.height]
    guard sides.allSatisfy({ 0...65_535 ~= $0 }), JPEGSegments(bytes).hasEnd else { return nil }
    var part = fovea_jpeg_part(
      left: Int32(window.left), top: Int32(window.top), width: Int32(window.width), height: Int32(window.height))
    let capacity = (window.width + 80) * (window.height + 8) * 3
    let pixels = [UInt8](unsafeUninitializedCapacity: capacity) { target, initialized in
      let status = fovea_decode_jpeg_part(
        bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, Int32(denominator), &part, target.baseAddress,
        capacity)
      initialized = status == 0 ? Int(part.width) * Int(part.height) * 3 : 0
    }
    guard !pixels.isEmpty else { return nil }
    let decoded = PixelWindow(
      left: Int(part.left), top: Int(part.top), width: Int(part.width), height: Int(part.height))
    return (Image(width: decoded.width, height: decoded.height, channels: 3, pixels: pixels), decoded)
  }

  static func encode(_ image: Image, quality: Int) throws -> Data {
    guard (1...100).contains(quality) else {
      throw ImageError.Problem.unwritable(reason: "a JPEG quality of \(quality); it goes from 1 to 100")
    }
    guard let compressor = tjInitCompress() else { throw ImageError.Problem.unwritable(reason: "out of memory") }
    defer { tjDestroy(compressor) }
    let format = image.channels == 1 ? TJPF_GRAY : image.channels == 3 ? TJPF_RGB : TJPF_RGBX
    let sampling = image.channels == 1 ? TJSAMP_GRAY : TJSAMP_420
    var output: UnsafeMutablePointer<UInt8>?
    var size: UInt = 0
    defer { tjFree(output) }
    let status = tjCompress2(
      compressor, image.pixels, Int32(clamping: image.width), 0, Int32(clamping: image.height), Int32(format.rawValue),
      &output, &size, Int32(sampling.rawValue), Int32(quality), TJFLAG_ACCURATEDCT)
    guard status == 0, let output else { throw ImageError.Problem.unwritable(reason: message(of: compressor)) }
    return Data(bytes: output, count: Int(size))
  }

  private static func withDecompressor<Result>(_ body: (tjhandle) throws -> Result) throws -> Result {
    guard let decompressor = tjInitDecompress() else { throw ImageError.Problem.damaged("out of memory") }
    defer { tjDestroy(decompressor) }
    return try body(decompressor)
  }

  private static func layout(
    of bytes: UnsafeRawBufferPointer, _ decompressor: tjhandle
  ) throws -> (header: ImageHeader, colorspace: TJCS) {
    var width: Int32 = 0
    var height: Int32 = 0
    var sampling: Int32 = -1
    var colorspace: Int32 = -1
    let status = tjDecompressHeader3(
      decompressor, bytes.bindMemory(to: UInt8.self).baseAddress, UInt(bytes.count), &width, &height, &sampling,
      &colorspace)
    // The library refuses to name unusual chroma samplings, but decodes them: then the other figures are there. And it
    // finds nothing wrong with a file of tables alone: then they are not.
    guard width > 0, height > 0, colorspace >= 0 else {
      if status == 0 { throw ImageError.Problem.damaged("a JPEG without a picture") }
      throw problem(message(of: decompressor), isWhole: JPEGSegments(bytes).hasEnd)
    }
    let kind = TJCS(rawValue: UInt32(colorspace))
    let header = ImageHeader(
      format: .jpeg, width: Int(width), height: Int(height), channels: kind == TJCS_GRAY ? 1 : 3,
      orientation: JPEGSegments(bytes).orientation)
    return (header, kind)
  }

  /// The largest of 8, 4, 2 and 1 by which both sides can be divided and still cover the size. The library offers all
  /// eighths, but has fast code for these.
  static func scaleDenominator(_ header: ImageHeader, covering size: (width: Int, height: Int)?) -> Int {
    guard let size else { return 1 }
    return [8, 4, 2].first { header.width >= size.width * $0 && header.height >= size.height * $0 } ?? 1
  }

  /// What the library makes of an image at a fraction of its size.
  static func size(of header: ImageHeader, over denominator: Int) -> (width: Int, height: Int) {
    ((header.width + denominator - 1) / denominator, (header.height + denominator - 1) / denominator)
  }

  /// Oddities that every decoder tolerates, such as stray bytes between segments. The library gives such a warning as
  /// its message unless an error follows; its error code cannot be trusted, for it names an error after a warning a warning.
  private static let tolerated = [
    "Corrupt JPEG data", "Inconsistent progression", "Invalid SOS parameters for sequential", "Unknown Adobe",
    "Warning",
  ]

  private static func check(_ decompressor: tjhandle, _ bytes: UnsafeRawBufferPointer) throws {
    let message = message(of: decompressor)
    let isWhole = JPEGSegments(bytes).hasEnd
    if !isWhole || !tolerated.contains(where: message.hasPrefix) { throw problem(message, isWhole: isWhole) }
  }

  private static func problem(_ message: String, isWhole: Bool) -> ImageError.Problem {
    if !isWhole || message.hasPrefix("Premature end") { return .truncated }
    return message.hasPrefix("Unsupported") ? .unsupported("this kind of JPEG (\(message))") : .damaged(message)
  }

  private static func message(of handle: tjhandle) -> String {
    tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown error"
  }
}

/// The parts of a JPEG file before its pixels: a mark, a length, the content.
private struct JPEGSegments {
  private let bytes: UnsafeRawBufferPointer
  private(set) var orientation = Orientation.upright
  private var pixelsStart: Int?

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    var offset = 2
    while bytes.byte(at: offset) == 0xFF, let kind = bytes.byte(at: offset + 1) {
      if kind == 0xFF {  // a fill byte
        offset += 1
        continue
      }
      if kind == 0xDA { pixelsStart = offset }
      guard kind != 0xDA, let length = bytes.uint16(at: offset + 2), length >= 2,
        let segment = bytes.slice(at: offset + 4, length: length - 2)
      else { break }
      if kind == 0xE1, segment.starts(with: EXIF.prefix) { orientation = EXIF.orientation(in: segment) }
      offset += 2 + length
    }
  }

  /// Whether the mark that ends a picture follows the pixels; in a file that was cut short, nothing does.
  var hasEnd: Bool {
    guard let pixelsStart else { return false }
    return stride(from: bytes.count - 2, through: pixelsStart, by: -1).contains {
      bytes[$0] == 0xFF && bytes[$0 + 1] == 0xD9
    }
  }
}

extension Image {
  /// Ink to light. Adobe's programs, which write nearly all CMYK JPEGs, store the inks inverted (255 is no ink), and
  /// Pillow takes it that all do; the arithmetic is its, too.
  fileprivate func rgbFromInvertedCMYK() -> Image {
    mapped(to: 3) { source, target in
      let paper = Int(source[3])
      for channel in 0..<3 {
        let ink = 255 - Int(source[channel])
        let product = ink * paper + 128
        target[channel] = UInt8(clamping: paper - ((product >> 8) + product) >> 8)
      }
    }
  }
}
