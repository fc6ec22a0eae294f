import Foundation

/// A picture of 8-bit pixels: what codecs read and write, and what is drawn on.
///
/// ```swift
/// let photograph = try Image(contentsOf: URL(filePath: "cat.jpg"))
/// let pixels = photograph.tensor                         // uint8 [3, H, W]
/// try photograph.write(to: URL(filePath: "cat.png"))
/// ```
///
/// Pixels lie row by row from the top left, the channels of a pixel beside each other. Colours are sRGB, alpha is straight
/// (not premultiplied), and 255 is full.
public struct Image: Sendable, Hashable {
  /// Pixels a row.
  public let width: Int

  /// The number of rows.
  public let height: Int

  /// 1 (grey), 3 (red, green, blue) or 4 (red, green, blue, alpha).
  public let channels: Int

  /// `height * width * channels` bytes; their number cannot change.
  public var pixels: [UInt8] {
    didSet {
      precondition(pixels.count == width * height * channels, "the number of an image's pixels cannot change")
    }
  }

  /// An image of pixels in memory.
  ///
  /// - Precondition: `channels` is 1, 3 or 4, both sides are positive, and `pixels` holds `height * width * channels` bytes.
  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "an image of \(width) x \(height) pixels")
    precondition([1, 3, 4].contains(channels), "an image of \(channels) channels; it has 1, 3 or 4")
    precondition(
      pixels.count == width * height * channels,
      "\(pixels.count) bytes for an image of \(width) x \(height) pixels with \(channels) channels")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// An RGB image of one colour.
  public init(width: Int, height: Int, color: Color) {
    var pixels = [UInt8](repeating: color.red, count: width * height * 3)
    if color.green != color.red || color.blue != color.red {
      for start in stride(from: 0, to: pixels.count, by: 3) {
        pixels[start + 1] = color.green
        pixels[start + 2] = color.blue
      }
    }
    self.init(width: width, height: height, channels: 3, pixels: pixels)
  }

  /// One channel of the pixel in column `x` of row `y`, counted from the top left.
  public subscript(x: Int, y: Int, channel: Int = 0) -> UInt8 {
    get { pixels[offset(x, y, channel)] }
    set { pixels[offset(x, y, channel)] = newValue }
  }

  private func offset(_ x: Int, _ y: Int, _ channel: Int) -> Int {
    precondition(
      (0..<width).contains(x) && (0..<height).contains(y) && (0..<channels).contains(channel),
      "pixel (\(x), \(y)), channel \(channel) of an image of \(width) x \(height) pixels with \(channels) channels")
    return (y * width + x) * channels + channel
  }
}

extension Image: CustomStringConvertible {
  public var description: String {
    let kind = channels == 1 ? "grey" : channels == 3 ? "RGB" : "RGBA"
    return "\(width) x \(height) \(kind) image"
  }
}
