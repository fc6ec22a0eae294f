import Foundation
import Testing

@testable import FoveaImaging

@Suite struct ImagePartTests {
  /// The part of an image, cut out of all of it.
  private func cut(_ image: Image, _ window: PixelWindow) -> [UInt8] {
    (window.top..<window.top + window.height).flatMap { row in
      let start = (row * image.width + window.left) * 3
      return image.pixels[start..<start + window.width * 3]
    }
  }

  private func randomWindow(_ width: Int, _ height: Int, _ random: inout SeededGenerator) -> PixelWindow {
    let part = (Int.random(in: 1...width, using: &random), Int.random(in: 1...height, using: &random))
    return PixelWindow(
      left: Int.random(in: 0...width - part.0, using: &random),
      top: Int.random(in: 0...height - part.1, using: &random),
      width: part.0, height: part.1)
  }

  @Test(arguments: [
    "rgb-420.jpg", "rgb-422.jpg", "rgb-444.jpg", "grey.jpg", "odd-size.jpg", "scaled.jpg", "adobe-rgb.jpg",
  ])
  func isThatOfTheWholeImage(name: String) throws {
    let data = try Data(contentsOf: fixture(name))
    try compare(data, seed: 1)
  }

  /// Photographs have more than one block beside and above a part.
  @Test(arguments: [1, 2, 4, 8]) func ofALargerImage(denominator: Int) throws {
    let data = try JPEG.encode(sample(width: 333, height: 257, channels: 3), quality: 90)
    try compare(data, seed: 2, reducedBy: denominator)
  }

  private func compare(_ data: Data, seed: UInt64, reducedBy denominator: Int = 1) throws {
    func leastSize(_ header: ImageHeader) -> (width: Int, height: Int)? {
      (header.width / denominator, header.height / denominator)
    }
    let whole = try Image(decoding: data, atLeast: leastSize)
    var random = SeededGenerator(state: seed)
    var areSmaller = false
    for _ in 0..<60 {
      var asked = PixelWindow(left: 0, top: 0, width: 0, height: 0)
      let part = try ImagePart(decoding: data, atLeast: leastSize) { width, height in
        asked = randomWindow(width, height, &random)
        return asked
      }
      #expect(part.wholeWidth == whole.width && part.wholeHeight == whole.height)
      #expect(part.window.left <= asked.left && part.window.top <= asked.top)
      #expect(part.window.left + part.window.width >= asked.left + asked.width)
      #expect(part.window.top + part.window.height >= asked.top + asked.height)
      #expect(part.image.width == part.window.width && part.image.height == part.window.height)
      // What was asked for; the pixels around it may be off by the colours beyond.
      var inside = asked
      (inside.left, inside.top) = (asked.left - part.window.left, asked.top - part.window.top)
      #expect(cut(part.image, inside) == cut(whole, asked))
      areSmaller = areSmaller || part.image.pixels.count < whole.pixels.count
    }
    #expect(areSmaller || whole.width < 64)
  }

  @Test(arguments: ["rgb.png", "progressive.jpg", "cmyk.jpg", "ycck.jpg", "orientation-6.jpg", "lossy.webp"])
  func otherFilesComeWhole(name: String) throws {
    let data = try Data(contentsOf: fixture(name))
    let part = try ImagePart(decoding: data) { _, _ in PixelWindow(left: 1, top: 1, width: 2, height: 2) }
    let whole = try Image(decoding: data)
    #expect(part.image == whole)
    #expect(part.window == PixelWindow(left: 0, top: 0, width: whole.width, height: whole.height))
  }

  @Test func withoutAWindowItIsAllThere() throws {
    let part = try ImagePart(contentsOf: fixture("rgb-420.jpg")) { _, _ in nil }
    #expect(try part.image == Image(contentsOf: fixture("rgb-420.jpg")))
  }

  /// A window that is not inside is nobody's right, and no way out of the memory.
  @Test(arguments: [
    PixelWindow(left: -1, top: 0, width: 4, height: 4), PixelWindow(left: 0, top: 0, width: 4, height: 5_000),
    PixelWindow(left: 300, top: 0, width: 40, height: 4), PixelWindow(left: 0, top: 0, width: 0, height: 4),
    PixelWindow(left: .max, top: 0, width: 1, height: 1), PixelWindow(left: 0, top: 0, width: .max, height: 1),
  ])
  func windowsOutsideGiveTheWholeImage(window: PixelWindow) throws {
    let data = try JPEG.encode(sample(width: 333, height: 257, channels: 3), quality: 90)
    let part = try ImagePart(decoding: data) { _, _ in window }
    #expect(part.image.width == 333 && part.image.height == 257)
  }

  @Test func cutAndChangedFilesGiveAnImageOrAnError() throws {
    let data = try JPEG.encode(sample(width: 90, height: 70, channels: 3), quality: 60)
    var random = SeededGenerator(state: 9)
    for round in 0..<400 {
      var mutant = data
      for _ in 0...round % 4 {
        mutant[Int.random(in: mutant.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if round % 5 == 0 { mutant = mutant.prefix(Int.random(in: 0..<mutant.count, using: &random)) }
      let seed = random.next()
      let parts = (0..<2).map { _ -> [UInt8]? in
        var random = SeededGenerator(state: seed)
        return try? ImagePart(decoding: mutant, pixelLimit: 20_000) { randomWindow($0, $1, &random) }.image.pixels
      }
      #expect(parts[0] == parts[1])  // Pixels that nobody wrote would differ.
    }
    #expect(throws: ImageError.self) {
      try ImagePart(decoding: data.prefix(data.count - 40)) { _, _ in PixelWindow(left: 0, top: 0, width: 4, height: 4)
      }
    }
  }
}
