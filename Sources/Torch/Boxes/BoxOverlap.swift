/// How well two boxes agree: intersection over union, and measures that also tell boxes apart that do not meet.
public enum BoxOverlap: String, Sendable, CaseIterable, Codable {
  /// The shared area as a part of both, in 0...1.
  case iou
  /// Less the part of the smallest box around both that neither covers, in -1...1 (Rezatofighi et al., 2019,
  /// https://arxiv.org/abs/1902.09630).
  case giou
  /// `iou` less the squared distance of the centres, as a part of the squared diagonal of the box around both (Zheng et al.,
  /// 2020, https://arxiv.org/abs/1911.08287).
  case diou
  /// `diou` less a measure of how the aspect ratios differ (the same paper).
  case ciou
}

extension Boxes where Format == XYXY {
  /// How well each of these boxes `[..., 4]` agrees with its partner among the others: `[...]`, with gradients for both.
  ///
  /// - Parameter eps: added to areas that are divided by. With 0, two boxes without area have NaN; with torchvision's losses'
  ///   1e-7 they have 0.
  public func overlap(_ kind: BoxOverlap = .iou, with others: Boxes<XYXY>, eps: Double = 0) -> Tensor {
    let (a, b) = (Corners(values), Corners(others.values))
    let shared =
      (a.right.minimum(b.right) - a.left.maximum(b.left)).clamp(min: 0)
      * (a.bottom.minimum(b.bottom) - a.top.maximum(b.top)).clamp(min: 0)
    let union = a.width * a.height + b.width * b.height - shared
    let iou = shared / (union + eps)
    if kind == .iou { return iou }

    let width = a.right.maximum(b.right) - a.left.minimum(b.left)
    let height = a.bottom.maximum(b.bottom) - a.top.minimum(b.top)
    if kind == .giou {
      let around = width.clamp(min: 0) * height.clamp(min: 0)
      return iou - (around - union) / (around + eps)
    }
    let tiny = 1e-7
    let distance =
      ((a.left + a.right - b.left - b.right) / 2).square() + ((a.top + a.bottom - b.top - b.bottom) / 2).square()
    let diou = iou - distance / (width.square() + height.square() + tiny)
    if kind == .diou { return diou }

    let angle = (a.width / a.height).atan() - (b.width / b.height).atan()
    let v = 4 / (Double.pi * Double.pi) * angle.square()
    let weight = withNoGrad { v / (1 - iou + v + tiny) }
    return diou - weight * v
  }

  /// How well each of these boxes `[N, 4]` agrees with each of the others `[M, 4]`: `[N, M]`.
  public func overlaps(_ kind: BoxOverlap = .iou, with others: Boxes<XYXY>, eps: Double = 0) -> Tensor {
    Boxes(values.unsqueeze(1)).overlap(kind, with: Boxes(others.values.unsqueeze(0)), eps: eps)
  }

  /// The boxes cut off at the edges of an image.
  public func clipped(width: Int, height: Int) -> Boxes {
    let corners = values.reshape(Array(values.shape.dropLast()) + [2, 2])
    let edge = Tensor([Float(width), Float(height)]).to(values.dtype).to(values.device)
    return Boxes(corners.clamp(min: Tensor.zeros(like: edge), max: edge).reshape(values.shape.sizes))
  }

  /// For each box, whether both sides are at least so long: `[...]`.
  public func areAtLeast(_ side: Double) -> Tensor {
    let corners = Corners(values)
    return (corners.width .>= side) .&& (corners.height .>= side)
  }
}

/// The four numbers of boxes, one tensor `[...]` each.
private struct Corners {
  let left, top, right, bottom: Tensor

  init(_ values: Tensor) {
    func column(_ index: Int) -> Tensor { values[dim: -1, index..<index + 1].squeeze(-1) }
    (left, top, right, bottom) = (column(0), column(1), column(2), column(3))
  }

  var width: Tensor { right - left }
  var height: Tensor { bottom - top }
}
