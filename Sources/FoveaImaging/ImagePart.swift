import Foundation

/// A rectangle of whole pixels.
public struct PixelWindow: Sendable, Hashable {
  public var left: Int
  public var top: Int
  public var width: Int
  public var height: Int

  public init(left: Int, top: Int, width: Int, height: Int) {
    self.left = left
    self.top = top
    self.width = width
    self.height = height
  }
}

/// A part of an image that was decoded alone, since the rest is not needed.
public struct ImagePart: Sendable {
  /// The part's pixels, RGB.
  public let image: Image
  /// Where it lies in the whole image; it may be larger than what was asked for.
  public let window: PixelWindow
  /// The width of the whole image, in the resolution of the part.
  public let wholeWidth: Int
  /// The height of the whole image, in the resolution of the part.
  public let wholeHeight: Int

  /// Reads a part of an image file, upright and in RGB.
  ///
  /// Of a JPEG with one scan little more than the part is decoded; other files, and damaged ones, are decoded in full, and
  /// then the part is all of the image.
  ///
  /// - Parameters:
  ///   - leastSize: As for `Image.init(contentsOf:atLeast:)`.
  ///   - window: Which part, inside an image of a width and a height, those of the reduced one; nil for all of it.
  /// - Throws: ``ImageError`` with the file's path. Damage of a JPEG below the part goes unnoticed.
  public init(
    contentsOf url: URL, atLeast leastSize: (ImageHeader) -> (width: Int, height: Int)? = { _ in nil },
    window: (_ width: Int, _ height: Int) -> PixelWindow?
  ) throws(ImageError) {
    let data = try named(url.path) { try bytes(of: url) }
    try self.init(decoding: data, name: url.path, atLeast: leastSize, window: window)
  }

  /// Decodes a part of an image in memory; errors call it `name`. The other parameters are those of `init(contentsOf:)`.
  ///
  /// - Throws: ``ImageError`` with that name.
  public init(
    decoding data: Data, name: String = "image", pixelLimit: Int = Image.defaultPixelLimit,
    atLeast leastSize: (ImageHeader) -> (width: Int, height: Int)? = { _ in nil },
    window: (_ width: Int, _ height: Int) -> PixelWindow?
  ) throws(ImageError) {
    let part = try named(name) {
      try data.withUnsafeBytes { try Self.decoded($0, pixelLimit: pixelLimit, leastSize, window) }
    }
    if let part {
      self = part
      return
    }
    image = try Image(decoding: data, name: name, mode: .rgb, pixelLimit: pixelLimit, atLeast: leastSize)
    (wholeWidth, wholeHeight) = (image.width, image.height)
    self.window = PixelWindow(left: 0, top: 0, width: image.width, height: image.height)
  }

  private init(image: Image, window: PixelWindow, wholeWidth: Int, wholeHeight: Int) {
    self.image = image
    self.window = window
    self.wholeWidth = wholeWidth
    self.wholeHeight = wholeHeight
  }

  /// The part alone; nil where the whole image has to be decoded.
  private static func decoded(
    _ bytes: UnsafeRawBufferPointer, pixelLimit: Int, _ leastSize: (ImageHeader) -> (width: Int, height: Int)?,
    _ window: (Int, Int) -> PixelWindow?
  ) throws -> ImagePart? {
    guard try ImageFormat(of: bytes) == .jpeg else { return nil }
    let header = try JPEG.header(of: bytes)
    guard header.orientation == .upright else { return nil }
    try Image.check(header, pixelLimit: pixelLimit)
    let denominator = JPEG.scaleDenominator(header, covering: leastSize(header))
    let (width, height) = JPEG.size(of: header, over: denominator)
    guard let needed = window(width, height), let part = JPEG.decode(bytes, needed, over: denominator) else {
      return nil
    }
    return ImagePart(image: part.image, window: part.window, wholeWidth: width, wholeHeight: height)
  }
}
