import Foundation
import Torch

/// A box as its difference from another: the move of the centre in parts of the other's sides, and the logarithms of how
/// the sides grow (Girshick et al., 2014). What R-CNN, RetinaNet and SSD predict.
public struct BoxCoder: Sendable {
  /// What the differences in x, y, width and height are multiplied by, so that they are about as large as logits.
  public let weights: [Double]
  /// The most that a side may grow, as a logarithm: beyond it, `exp` would overflow early in training.
  public let largestGrowth = log(1000.0 / 16)

  public init(weights: [Double] = [1, 1, 1, 1]) {
    precondition(weights.count == 4, "weights for x, y, width and height, not \(weights)")
    self.weights = weights
  }

  /// The differences, `[..., 4]`, that take `anchors` to `boxes`.
  public func encode(_ boxes: Boxes<XYXY>, from anchors: Boxes<XYXY>) -> Tensor {
    let (gold, start) = (parts(boxes), parts(anchors))
    let move = (gold.center - start.center) / start.extent
    let growth = (gold.extent / start.extent).log()
    return Tensor.cat([move, growth], dim: -1) * factors(like: move)
  }

  /// The boxes `[..., 4]` that the differences lead to.
  public func decode(_ differences: Tensor, from anchors: Boxes<XYXY>) -> Boxes<XYXY> {
    let start = parts(anchors)
    let scaled = differences / factors(like: differences)
    let center = scaled[dim: -1, 0..<2] * start.extent + start.center
    let half = scaled[dim: -1, 2..<4].clamp(max: .double(largestGrowth)).exp() * start.extent * 0.5
    return Boxes(Tensor.cat([center - half, center + half], dim: -1))
  }

  private func parts(_ boxes: Boxes<XYXY>) -> (center: Tensor, extent: Tensor) {
    let topLeft = boxes.values[dim: -1, 0..<2]
    let extent = boxes.values[dim: -1, 2..<4] - topLeft
    return (topLeft + extent * 0.5, extent)
  }

  private func factors(like tensor: Tensor) -> Tensor { Tensor(weights).to(tensor.dtype).to(tensor.device) }
}
