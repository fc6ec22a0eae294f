import Foundation

/// What the first bytes of an image tell, without decoding it: quick enough to ask of every file of a data set.
public struct ImageHeader: Sendable, Hashable {
  /// The file format.
  public let format: ImageFormat

  /// Pixels a row, as stored: before `orientation` is applied.
  public let width: Int

  /// The number of rows, as stored.
  public let height: Int

  /// The channels that ``Image/Mode/unchanged`` gives: 1, 3 or 4.
  public let channels: Int

  /// How the stored pixels are to be turned to be upright.
  public let orientation: Orientation

  /// The size of the upright image.
  public var uprightSize: (width: Int, height: Int) {
    orientation.swapsSides ? (height, width) : (width, height)
  }

  /// Reads the header of a file.
  ///
  /// - Throws: ``ImageError`` for a file that cannot be read or is no image.
  public init(contentsOf url: URL) throws(ImageError) {
    self = try named(url.path) { try ImageHeader(of: try bytes(of: url)) }
  }

  /// Reads the header of an image in memory; errors call it `name`.
  ///
  /// - Throws: ``ImageError`` for data that is no image.
  public init(decoding data: Data, name: String = "image") throws(ImageError) {
    self = try named(name) { try ImageHeader(of: data) }
  }

  private init(of data: Data) throws {
    self = try data.withUnsafeBytes { bytes in try ImageFormat(of: bytes).codec.header(of: bytes) }
  }

  init(format: ImageFormat, width: Int, height: Int, channels: Int, orientation: Orientation = .upright) {
    self.format = format
    self.width = width
    self.height = height
    self.channels = channels
    self.orientation = orientation
  }
}
