import Foundation
import Testing

@testable import FoveaImaging

@Suite struct EncodingTests {
  @Test(arguments: [1, 3, 4]) func losslessFormatsKeepEveryPixel(channels: Int) throws {
    for (width, height) in [(1, 1), (7, 3), (64, 33)] {
      let image = sample(width: width, height: height, channels: channels)
      #expect(try Image(decoding: image.encoded(as: .png), mode: .unchanged) == image)
      let opaque = channels == 4 ? image.converted(to: .rgb) : image
      #expect(try Image(decoding: image.encoded(as: .pnm), mode: .unchanged) == opaque)
    }
  }

  @Test func lossyFormatsStayClose() throws {
    let original = try Image(contentsOf: fixture("rgb.png"))
    for encoding in [ImageEncoding.jpeg(quality: 95), .webp(quality: 95)] {
      let image = try Image(decoding: original.encoded(as: encoding))
      #expect(image.width == original.width && image.height == original.height)
      let squares = zip(image.pixels, original.pixels).map { pow(Double($0) - Double($1), 2) }
      let peakSignalToNoise = 10 * log10(255 * 255 / (squares.reduce(0, +) / Double(squares.count)))
      #expect(peakSignalToNoise > 22, "\(encoding)")
    }
  }

  @Test func qualityTradesForSize() throws {
    let image = sample(width: 64, height: 64, channels: 3)
    #expect(try image.encoded(as: .jpeg(quality: 30)).count < image.encoded(as: .jpeg(quality: 90)).count)
    #expect(try image.encoded(as: .webp(quality: 10)).count < image.encoded(as: .webp(quality: 90)).count)
    #expect(throws: ImageError.self) { try image.encoded(as: .jpeg(quality: 0)) }
    #expect(throws: ImageError.self) { try image.encoded(as: .webp(quality: 101)) }
  }

  @Test func greyAndAlphaThroughLossyFormats() throws {
    let grey = sample(width: 16, height: 16, channels: 1)
    #expect(try Image(decoding: grey.encoded(as: .jpeg()), mode: .unchanged).channels == 1)
    #expect(try Image(decoding: grey.encoded(as: .webp()), mode: .unchanged).channels == 3)
    let transparent = sample(width: 16, height: 16, channels: 4)
    #expect(try Image(decoding: transparent.encoded(as: .jpeg()), mode: .unchanged).channels == 3)
    #expect(try Image(decoding: transparent.encoded(as: .webp()), mode: .unchanged).channels == 4)
  }

  @Test func tooLargeForTheFormat() {
    let wide = Image(width: 70_000, height: 1, color: .white)
    #expect(throws: ImageError.self) { try wide.encoded(as: .jpeg()) }
    #expect(throws: ImageError.self) { try wide.encoded(as: .webp()) }
  }

  @Test func writesByEnding() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let image = sample(width: 9, height: 5, channels: 3)
    for (ending, format) in [("png", ImageFormat.png), ("JPG", .jpeg), ("webp", .webp), ("ppm", .pnm)] {
      let url = folder.appending(path: "picture.\(ending)")
      try image.write(to: url)
      #expect(try ImageHeader(contentsOf: url).format == format)
    }
    let error = #expect(throws: ImageError.self) { try image.write(to: folder.appending(path: "picture.gif")) }
    #expect(error?.description.contains("picture.gif") == true)
    #expect(throws: ImageError.self) { try image.write(to: folder.appending(path: "missing/picture.png")) }
  }
}
