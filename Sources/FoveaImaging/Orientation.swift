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

  /// Where, in the stored image, the upright image's first pixel lies, and how far apart its neighbours in a row and
  /// its rows are; all in pixels.
  fileprivate func walk(width: Int, height: Int) -> (start: Int, column: Int, row: Int) {
    let lastColumn = width - 1
    let lastRow = (height - 1) * width
    return switch self {
    case .upright: (0, 1, width)
    case .mirrored: (lastColumn, -1, width)
    case .upsideDown: (lastRow + lastColumn, -1, -width)
    case .upsideDownMirrored: (lastRow, 1, -width)
    case .transposed: (0, width, 1)
    case .turnedLeft: (lastRow, -width, 1)
    case .transposedUpsideDown: (lastRow + lastColumn, -width, -1)
    case .turnedRight: (lastColumn, width, -1)
    }
  }
}

extension Image {
  /// The upright image of one that is stored with this orientation.
  public func upright(from orientation: Orientation) -> Image {
    if orientation == .upright { return self }
    let (newWidth, newHeight) = orientation.swapsSides ? (height, width) : (width, height)
    let walk = orientation.walk(width: width, height: height)
    let turned = pixels.withUnsafeBufferPointer { source in
      [UInt8](unsafeUninitializedCapacity: pixels.count) { target, initialized in
        var next = 0
        for row in 0..<newHeight {
          var from = (walk.start + row * walk.row) * channels
          for _ in 0..<newWidth {
            for channel in 0..<channels { target[next + channel] = source[from + channel] }
            next += channels
            from += walk.column * channels
          }
        }
        initialized = next
      }
    }
    return Image(width: newWidth, height: newHeight, channels: channels, pixels: turned)
  }
}
