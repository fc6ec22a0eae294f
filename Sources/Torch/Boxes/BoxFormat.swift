/// What the four numbers of a box mean.
///
/// A format is a type, so a function that wants corners cannot be handed centres: `Boxes<XYXY>` and `Boxes<CXCYWH>` are
/// different types, and the way from one to the other has a name.
public protocol BoxFormat: Sendable {
  /// The corners, `[..., 4]`: left, top, right, bottom, of boxes in this format, `[..., 4]`.
  static func corners(of boxes: Tensor) -> Tensor

  /// The boxes in this format, `[..., 4]`, that have these corners.
  static func boxes(corners: Tensor) -> Tensor
}

/// Left, top, right, bottom: what Fovea's samples have, and torchvision's detectors and PASCAL VOC.
public enum XYXY: BoxFormat {
  public static func corners(of boxes: Tensor) -> Tensor { boxes }
  public static func boxes(corners: Tensor) -> Tensor { corners }
}

/// Left, top, width, height: COCO's files.
public enum XYWH: BoxFormat {
  public static func corners(of boxes: Tensor) -> Tensor {
    let (origin, extent) = boxes.halves
    return Tensor.cat([origin, origin + extent], dim: -1)
  }

  public static func boxes(corners: Tensor) -> Tensor {
    let (topLeft, bottomRight) = corners.halves
    return Tensor.cat([topLeft, bottomRight - topLeft], dim: -1)
  }
}

/// The centre's x and y, width, height: what YOLO and DETR predict.
public enum CXCYWH: BoxFormat {
  public static func corners(of boxes: Tensor) -> Tensor {
    let (center, extent) = boxes.halves
    return Tensor.cat([center - extent * 0.5, center + extent * 0.5], dim: -1)
  }

  public static func boxes(corners: Tensor) -> Tensor {
    let (topLeft, bottomRight) = corners.halves
    return Tensor.cat([(topLeft + bottomRight) / 2, bottomRight - topLeft], dim: -1)
  }
}

extension Tensor {
  /// The first two and the last two of the four numbers of each box.
  fileprivate var halves: (Tensor, Tensor) { (self[dim: -1, 0..<2], self[dim: -1, 2..<4]) }
}
