/// Boxes of one format: a tensor `[..., 4]` that knows what its numbers mean.
///
/// ```swift
/// let gold = Boxes<XYWH>(rows)             // as in a COCO file
/// let centers = gold.cxcywh                // Boxes<CXCYWH>
/// giou(predicted, centers)                 // does not compile where corners are wanted
/// ```
///
/// The numbers are pixels, unless the place where the boxes are says that they are parts of the image's sides. All
/// conversions let gradients through.
public struct Boxes<Format: BoxFormat>: Sendable {
  /// The numbers, `[..., 4]`, usually `[B, 4]`.
  public let values: Tensor

  /// Says that the numbers of a tensor are boxes of this format.
  ///
  /// - Precondition: the last dimension of `values` has four elements.
  public init(_ values: Tensor) {
    precondition(values.rank >= 1 && values.shape[-1] == 4, "boxes of shape \(values.shape); it is [..., 4]")
    self.values = values
  }

  /// The same boxes in another format.
  public init<Other: BoxFormat>(_ boxes: Boxes<Other>) {
    self.init(Format.self == Other.self ? boxes.values : Format.boxes(corners: Other.corners(of: boxes.values)))
  }

  /// No boxes: `[0, 4]`, `float32`.
  public static var empty: Boxes { Boxes(Tensor.zeros([0, 4])) }

  /// Left, top, right, bottom.
  public var xyxy: Boxes<XYXY> { Boxes<XYXY>(self) }

  /// Left, top, width, height.
  public var xywh: Boxes<XYWH> { Boxes<XYWH>(self) }

  /// The centre's x and y, width, height.
  public var cxcywh: Boxes<CXCYWH> { Boxes<CXCYWH>(self) }

  /// The number of boxes: 3 for `[3, 4]`.
  public var count: Int { values.count / 4 }

  /// Whether there is none.
  public var isEmpty: Bool { count == 0 }

  /// Width times height, `[...]`; negative where just one of them is.
  public var areas: Tensor {
    let sides = xywh.values
    return sides[.ellipsis, 2] * sides[.ellipsis, 3]
  }

  /// The boxes `[B, 4]` that whole numbers `[K]` name, or for which a mask `[B]` is true: `[K, 4]`.
  public subscript(chosen: Tensor) -> Boxes { Boxes(values[chosen]) }

  /// The boxes of an image that was made so many times as wide and as high.
  public func scaled(x: Double, y: Double) -> Boxes {
    Boxes(values * Tensor([x, y, x, y]).to(values.dtype).to(values.device))
  }

  /// Boxes in pixels as parts of the image's sides, 0...1.
  public func normalized(width: Int, height: Int) -> Boxes { scaled(x: 1 / Double(width), y: 1 / Double(height)) }

  /// The boxes on another device.
  public func to(_ device: Device) -> Boxes { Boxes(values.to(device)) }

  /// The boxes in another type of number.
  public func to(_ dtype: DType) -> Boxes { Boxes(values.to(dtype)) }
}
