import Torch

/// How the pixels of a photograph lie in its file: the eight values of EXIF tag 0x0112 (CIPA DC-008, section 4.6.4).
///
/// A camera that is held upright stores the sensor's rows as they are, and notes here how to turn them.
public enum Orientation: Int, Sendable, Hashable, CaseIterable {
  case upright = 1
  case mirrored = 2
  case upsideDown = 3
  case upsideDownMirrored = 4
  case transposed = 5
  /// To be turned a quarter clockwise: what most telephones write when held upright.
  case turnedLeft = 6
  case transposedUpsideDown = 7
  /// To be turned a quarter anticlockwise.
  case turnedRight = 8

  /// Whether the upright image's width is the stored height.
  public var swapsSides: Bool { rawValue >= 5 }
}

extension Image {
  /// The upright image of one that is stored with this orientation.
  public func upright(from orientation: Orientation) -> Image {
    // Rows are dimension 1, columns dimension 2.
    switch orientation {
    case .upright: self
    case .mirrored: Image(tensor.flip(2))
    case .upsideDown: Image(tensor.flip(1, 2))
    case .upsideDownMirrored: Image(tensor.flip(1))
    case .transposed: Image(tensor.transpose(1, 2))
    case .turnedLeft: Image(tensor.transpose(1, 2).flip(2))
    case .transposedUpsideDown: Image(tensor.transpose(1, 2).flip(1, 2))
    case .turnedRight: Image(tensor.transpose(1, 2).flip(1))
    }
  }
}
