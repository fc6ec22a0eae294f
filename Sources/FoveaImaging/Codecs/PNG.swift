import CPNG
import Foundation

/// PNG through libpng's simplified interface, which keeps its long jumps to itself.
enum PNG: Codec {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  private static let formatGrey: UInt32 = 0
  private static let formatRGB: UInt32 = 2
  private static let formatRGBA: UInt32 = 3

  static func header(of bytes: UnsafeRawBufferPointer) throws -> ImageHeader {
    let chunks = try PNGChunks(bytes)
    guard let header = chunks["IHDR"], header.count >= 13, let width = header.uint32(at: 0),
      let height = header.uint32(at: 4)
    else { throw ImageError.Problem.damaged("the PNG does not begin with its header") }
    let colorType = header[9]
    let hasAlpha = colorType & 4 != 0 || chunks["tRNS"] != nil
    let hasColor = colorType & 2 != 0
    return ImageHeader(
      format: .png, width: width, height: height, channels: hasAlpha ? 4 : hasColor ? 3 : 1,
      orientation: chunks["eXIf"].map(EXIF.orientation) ?? .upright)
  }

  static func decode(
    _ bytes: UnsafeRawBufferPointer, _ header: ImageHeader, _ request: DecodingRequest
  ) throws -> Image {
    let plain = try PNGChunks(bytes).withoutColorManagement()
    return try plain.withUnsafeBytes { bytes in
      var reader = png_image()
      reader.version = UInt32(PNG_IMAGE_VERSION)
      defer { png_image_free(&reader) }
      guard png_image_begin_read_from_memory(&reader, bytes.baseAddress, bytes.count) != 0 else {
        throw problem(reader)
      }
      guard Int(reader.width) == header.width, Int(reader.height) == header.height else {
        throw ImageError.Problem.damaged("it has two headers that differ")
      }
      // 16-bit samples count as sRGB, like 8-bit ones; libpng's own guess is linear light.
      reader.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
      let channels = header.channels == 1 && request.mode == .rgb ? 3 : header.channels
      reader.format = channels == 1 ? formatGrey : channels == 3 ? formatRGB : formatRGBA
      return try Image.filling(width: header.width, height: header.height, channels: channels) { target in
        let read = png_image_finish_read(&reader, nil, target.baseAddress, 0, nil)
        if read == 0 { throw problem(reader) }
      }
    }
  }

  static func encode(_ image: Image) throws -> Data {
    var writer = png_image()
    writer.version = UInt32(PNG_IMAGE_VERSION)
    writer.width = UInt32(clamping: image.width)
    writer.height = UInt32(clamping: image.height)
    writer.format = image.channels == 1 ? formatGrey : image.channels == 3 ? formatRGB : formatRGBA
    defer { png_image_free(&writer) }
    // Deflate adds at most 5 bytes for each 16 KB that it cannot shrink, and each row has a byte for its filter.
    let raw = image.pixels.count + image.height
    var capacity = png_alloc_size_t(raw + raw / 1000 + 4096)
    var data = Data(count: Int(capacity))
    let written = data.withUnsafeMutableBytes { target in
      png_image_write_to_memory(&writer, target.baseAddress, &capacity, 0, image.pixels, 0, nil)
    }
    guard written != 0 else { throw ImageError.Problem.unwritable(reason: message(of: writer)) }
    return data.prefix(Int(capacity))
  }

  private static func problem(_ reader: png_image) -> ImageError.Problem {
    let message = message(of: reader)
    let endings = ["Not enough", "Read Error", "read beyond end", "Too little"]
    return endings.contains { message.contains($0) } ? .truncated : .damaged(message)
  }

  private static func message(of image: png_image) -> String {
    withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

/// The parts of a PNG file: a length, four letters, the content, a checksum.
private struct PNGChunks {
  private let bytes: UnsafeRawBufferPointer
  private var chunks: [(name: String, start: Int, length: Int)] = []

  /// - Throws: `truncated` for a file that ends before its pixels do.
  init(_ bytes: UnsafeRawBufferPointer) throws {
    self.bytes = bytes
    var offset = PNG.signature.count
    var hasPixels = false
    while offset < bytes.count, chunks.last?.name != "IEND" {
      guard let length = bytes.uint32(at: offset), let letters = bytes.slice(at: offset + 4, length: 4),
        bytes.slice(at: offset, length: length + 12) != nil
      else {
        if hasPixels, bytes.slice(at: offset + 4, length: 4)?.elementsEqual("IDAT".utf8) != true { break }
        throw ImageError.Problem.truncated
      }
      chunks.append((String(decoding: letters, as: UTF8.self), offset, length))
      hasPixels = hasPixels || chunks.last?.name == "IDAT"
      offset += length + 12
    }
    if !hasPixels { throw ImageError.Problem.truncated }
  }

  /// The content of the first chunk of this name.
  subscript(name: String) -> UnsafeRawBufferPointer? {
    chunks.first { $0.name == name }.flatMap { bytes.slice(at: $0.start + 8, length: $0.length) }
  }

  /// The same file with nothing but the pixels, palette and transparency. libpng would convert pixels by gamma and colour
  /// profile, which no other reader of training data does; and what is not read cannot be an attack.
  func withoutColorManagement() -> Data {
    let needed: Set = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]
    var data = Data(PNG.signature)
    for chunk in chunks where needed.contains(chunk.name) {
      data.append(contentsOf: bytes[chunk.start..<chunk.start + chunk.length + 12])
    }
    return data
  }
}
