import CWebP
import Foundation

/// WebP through libwebp: still pictures, lossy and lossless.
enum WebP: Codec {
  static func header(of bytes: UnsafeRawBufferPointer) throws -> ImageHeader {
    var features = WebPBitstreamFeatures()
    try check(WebPGetFeatures(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &features))
    if features.has_animation != 0 { throw ImageError.Problem.unsupported("an animated WebP") }
    return ImageHeader(
      format: .webp, width: Int(features.width), height: Int(features.height),
      channels: features.has_alpha != 0 ? 4 : 3, orientation: orientation(in: bytes))
  }

  static func decode(
    _ bytes: UnsafeRawBufferPointer, _ header: ImageHeader, _ request: DecodingRequest
  ) throws -> Image {
    let channels = request.mode == .unchanged ? header.channels : 3
    return try Image.filling(width: header.width, height: header.height, channels: channels) { target in
      var config = WebPDecoderConfig()
      guard WebPInitDecoderConfig(&config) != 0 else {
        throw ImageError.Problem.unsupported("this version of libwebp")
      }
      config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB
      config.output.is_external_memory = 1
      config.output.u.RGBA.rgba = target.baseAddress
      config.output.u.RGBA.stride = Int32(header.width * channels)
      config.output.u.RGBA.size = target.count
      defer { WebPFreeDecBuffer(&config.output) }
      try check(WebPDecode(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &config))
    }
  }

  static func encode(_ image: Image, quality: Int) throws -> Data {
    guard (0...100).contains(quality) else {
      throw ImageError.Problem.unwritable(reason: "a WebP quality of \(quality); it goes from 0 to 100")
    }
    guard image.width <= WEBP_MAX_DIMENSION, image.height <= WEBP_MAX_DIMENSION else {
      throw ImageError.Problem.unwritable(reason: "WebP ends at \(WEBP_MAX_DIMENSION) pixels a side")
    }
    let image = image.channels == 1 ? image.converted(to: .rgb) : image
    let encode = image.channels == 4 ? WebPEncodeRGBA : WebPEncodeRGB
    var output: UnsafeMutablePointer<UInt8>?
    defer { WebPFree(output) }
    let size = encode(
      image.pixels, Int32(image.width), Int32(image.height), Int32(image.width * image.channels), Float(quality),
      &output)
    guard size > 0, let output else { throw ImageError.Problem.unwritable(reason: "libwebp could not encode it") }
    return Data(bytes: output, count: size)
  }

  private static func check(_ status: VP8StatusCode) throws {
    switch status {
    case VP8_STATUS_OK: return
    case VP8_STATUS_NOT_ENOUGH_DATA, VP8_STATUS_SUSPENDED: throw ImageError.Problem.truncated
    case VP8_STATUS_UNSUPPORTED_FEATURE: throw ImageError.Problem.unsupported("this kind of WebP")
    default: throw ImageError.Problem.damaged("libwebp's status \(status.rawValue)")
    }
  }

  /// Walks the RIFF chunks (four letters, a little-endian length, content padded to an even length) to the EXIF one.
  private static func orientation(in bytes: UnsafeRawBufferPointer) -> Orientation {
    var offset = 12
    while let name = bytes.slice(at: offset, length: 4), let length = bytes.uint32(at: offset + 4, bigEndian: false) {
      if name.elementsEqual("EXIF".utf8) {
        return bytes.slice(at: offset + 8, length: length).map(EXIF.orientation) ?? .upright
      }
      offset += 8 + length + length % 2
    }
    return .upright
  }
}
