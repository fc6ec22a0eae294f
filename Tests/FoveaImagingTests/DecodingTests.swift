import Foundation
import Testing

@testable import FoveaImaging

@Suite struct DecodingTests {
  @Test(arguments: Expectation.names) func equalsPillow(name: String) throws {
    let expected = try #require(Expectation.all[name])
    // JPEG leaves a decoder freedom; PNG allows one level, because 16-bit samples are rounded and not cut.
    let tolerance = name.hasSuffix(".jpg") ? 2 : name.hasSuffix(".png") ? 1 : 0
    for mode in [Image.Mode.rgb, .grey, .unchanged] {
      let image = try Image(contentsOf: fixture(name), mode: mode)
      #expect(image.width == expected.width && image.height == expected.height)
      #expect(image.channels == (mode == .rgb ? 3 : mode == .grey ? 1 : expected.channels))
      #expect(difference(image.pixels, expected.pixels(mode)) <= tolerance, "\(name), \(mode)")
    }
  }

  @Test func decodesAtTheScaleThatFits() throws {
    let scales = try #require(Expectation.all["scaled.jpg"]?.scaled)
    #expect(scales.count == 7)
    for (size, expected) in scales {
      let sides = size.split(separator: "x").compactMap { Int($0) }
      let image = try Image(contentsOf: fixture("scaled.jpg")) { _ in (sides[0], sides[1]) }
      #expect(image.width == expected.width && image.height == expected.height, "\(size)")
      #expect(difference(image.pixels, expected.rgb) <= 2, "\(size)")
    }
  }

  @Test func scaleCoversTheUprightSize() throws {
    // Stored 20 x 12, upright 12 x 20: at half size it is 6 x 10, which does not cover 10 x 6.
    let turned = fixture("orientation-6.jpg")
    #expect(try Image(contentsOf: turned, atLeast: { _ in (6, 10) }).height == 10)
    #expect(try Image(contentsOf: turned, atLeast: { _ in (10, 6) }).height == 20)
    #expect(try Image(contentsOf: turned, appliesOrientation: false, atLeast: { _ in (10, 6) }).height == 6)
  }

  @Test func orientationCanBeLeft() throws {
    let stored = try Image(contentsOf: fixture("orientation-6.jpg"), appliesOrientation: false)
    #expect(stored.width == 20 && stored.height == 12)
    #expect(try stored.upright(from: .turnedLeft) == Image(contentsOf: fixture("orientation-6.jpg")))
  }

  @Test func headersTellWithoutDecoding() throws {
    let header = try ImageHeader(contentsOf: fixture("orientation-6.webp"))
    #expect(header == ImageHeader(format: .webp, width: 22, height: 15, channels: 3, orientation: .turnedLeft))
    #expect(header.uprightSize == (15, 22))
    for name in Expectation.names {
      let expected = try #require(Expectation.all[name])
      let header = try ImageHeader(contentsOf: fixture(name))
      #expect(header.uprightSize == (expected.width, expected.height))
      #expect(header.channels == expected.channels, "\(name)")
    }
  }

  @Test func contentCountsNotTheName() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let misnamed = folder.appending(path: "really-a-png.jpg")
    try FileManager.default.copyItem(at: fixture("rgb.png"), to: misnamed)
    #expect(try Image(contentsOf: misnamed) == Image(contentsOf: fixture("rgb.png")))
  }
}
