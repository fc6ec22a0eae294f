import Torch

/// The height and the width of an image, in pixels.
///
/// A whole number stands for a square: `CenterCrop(224)`.
public struct ImageSize: Sendable, Hashable, Codable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  public var height: Int
  public var width: Int

  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// A square.
  public init(_ side: Int) { self.init(height: side, width: side) }

  public init(integerLiteral side: Int) { self.init(side) }

  /// The size of an image `[C, H, W]`, or of images `[N, C, H, W]`.
  public init(of images: Tensor) {
    let shape = images.shape
    self.init(height: shape[-2], width: shape[-1])
  }

  /// One number for a square, else height x width.
  public var description: String { height == width ? "\(height)" : "\(height)x\(width)" }
}

extension Sample {
  /// The size of its image.
  public var size: ImageSize { ImageSize(of: image) }
}
