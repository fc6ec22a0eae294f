/// An opaque sRGB colour.
public struct Color: Sendable, Hashable {
  public let red: UInt8
  public let green: UInt8
  public let blue: UInt8

  /// A colour of its three shares, each 0 to 255.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// A colour as it is written in HTML: `Color(hex: 0xE63946)`. Bits over the lowest 24 are left out.
  public init(hex: UInt32) {
    self.init(
      red: UInt8(truncatingIfNeeded: hex >> 16), green: UInt8(truncatingIfNeeded: hex >> 8),
      blue: UInt8(truncatingIfNeeded: hex))
  }

  public static let white = Color(hex: 0xFFFFFF)
  public static let black = Color(hex: 0x000000)
  /// The grey of secondary text.
  public static let grey = Color(hex: 0x6B7280)
  /// What is right: gold boxes, correct predictions.
  public static let good = Color(hex: 0x1B8A3A)
  /// What is wrong: mistaken predictions.
  public static let bad = Color(hex: 0xC62828)

  /// Black or white, whichever is easier to read on this colour.
  public var contrasting: Color { luma > 140 ? .black : .white }

  /// Brightness as the eye sees it, 0 to 255 (ITU-R 601-2).
  private var luma: Double { 0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue) }

  /// `#e63946`, as HTML, SVG and gnuplot read it.
  var html: String {
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
