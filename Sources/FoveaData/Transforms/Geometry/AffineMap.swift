import Foundation
import Torch

/// Where each pixel of a moved image comes from: a 2 x 3 matrix on offsets from the image's centre, in pixels, y down.
struct AffineMap: Sendable, Hashable {
  /// x of the source is `x.0` times x, plus `x.1` times y, plus `x.2`.
  var xx = 1.0, xy = 0.0, x = 0.0
  /// The same for y of the source.
  var yx = 0.0, yy = 1.0, y = 0.0

  /// Turns counter-clockwise around the centre.
  static func rotation(degrees: Double) -> AffineMap {
    let angle = degrees * .pi / 180
    return AffineMap(xx: cos(angle), xy: -sin(angle), yx: sin(angle), yy: cos(angle))
  }

  /// Moves to the right and down.
  static func translation(x: Double, y: Double) -> AffineMap { AffineMap(x: -x, y: -y) }

  /// Each row is moved to the left by its distance from the top, times `factor`.
  static func shearX(_ factor: Double, of size: ImageSize) -> AffineMap {
    AffineMap(xy: factor, x: factor * Double(size.height) / 2)
  }

  /// Each column is moved up by its distance from the left, times `factor`.
  static func shearY(_ factor: Double, of size: ImageSize) -> AffineMap {
    AffineMap(yx: factor, y: factor * Double(size.width) / 2)
  }

  /// From the source to where its pixels go.
  var inverse: AffineMap {
    let determinant = xx * yy - xy * yx
    let (a, b, c, d) = (yy / determinant, -xy / determinant, -yx / determinant, xx / determinant)
    return AffineMap(xx: a, xy: b, x: -a * x - b * y, yx: c, yy: d, y: -c * x - d * y)
  }

  /// The source of every pixel, as `gridSample` wants it: `[1, H, W, 2]`, -1...1 from edge to edge.
  func grid(for size: ImageSize) -> Tensor {
    let (height, width) = (size.height, size.width)
    func offsets(_ count: Int) -> Tensor {
      Tensor.linspace(.double(Double(1 - count) / 2), .double(Double(count - 1) / 2), count: count)
    }
    let points = Tensor.stack(
      [
        offsets(width).expand(height, width), offsets(height).unsqueeze(1).expand(height, width),
        .ones([height, width]),
      ],
      dim: -1)
    let (halfWidth, halfHeight) = (Float(width) / 2, Float(height) / 2)
    let matrix: [Float] = [
      Float(xx) / halfWidth, Float(yx) / halfHeight, Float(xy) / halfWidth, Float(yy) / halfHeight,
      Float(x) / halfWidth, Float(y) / halfHeight,
    ]
    return points.reshape(1, height * width, 3).bmm(Tensor(matrix, shape: [1, 3, 2])).reshape(1, height, width, 2)
  }

  /// Points of the source moved to where they go, in pixels from the top left.
  func moved(x pointX: Tensor, y pointY: Tensor, in size: ImageSize) -> (x: Tensor, y: Tensor) {
    let forward = inverse
    let (centerX, centerY) = (Double(size.width) / 2, Double(size.height) / 2)
    let (fromX, fromY) = (pointX - centerX, pointY - centerY)
    return (
      fromX * forward.xx + fromY * forward.xy + (forward.x + centerX),
      fromX * forward.yx + fromY * forward.yy + (forward.y + centerY)
    )
  }
}

extension Sample {
  /// The sample moved, in the same size; what comes from outside the image becomes `fill`, in the label map 255.
  ///
  /// A box becomes the smallest upright one around its moved corners, then is clipped as in a crop.
  func warped(by map: AffineMap, _ interpolation: Interpolation, fill: Double = 0) -> Sample {
    let size = self.size
    let grid = map.grid(for: size)
    var sample = self
    sample.image = image.warped(grid, interpolation, fill: fill)
    sample.masks = masks.map { $0.shape[0] == 0 ? $0 : $0.warped(grid, .nearest, fill: 0) }
    sample.labelMap = labelMap?.unsqueeze(0).warped(grid, .nearest, fill: 255).squeeze(0)
    sample.boxes = boxes.map { boxes in
      let sides = boxes.values
      let corners = map.moved(
        x: sides.indexSelect(dim: 1, Tensor([0, 2, 2, 0])),
        y: sides.indexSelect(dim: 1, Tensor([1, 1, 3, 3])), in: size
      )
      return Boxes(
        Tensor.stack(
          [
            corners.x.amin(dims: [1]), corners.y.amin(dims: [1]), corners.x.amax(dims: [1]), corners.y.amax(dims: [1]),
          ], dim: 1))
    }
    sample.keypoints = keypoints.map { points in
      let moved = map.moved(x: points[0..., 0..., 0], y: points[0..., 0..., 1], in: size)
      return Tensor.stack([moved.x, moved.y, points[0..., 0..., 2]], dim: -1)
    }
    return sample.clippedToImage()
  }
}

extension Tensor {
  /// An image `[C, H, W]` sampled at the points of a grid.
  fileprivate func warped(_ grid: Tensor, _ interpolation: Interpolation, fill: Double) -> Tensor {
    let pixels = dtype.isFloatingPoint ? self : to(.float32)
    // Sampling takes 0 for what lies outside: so the fill is made 0 before, and put back after.
    let moved = (pixels - fill).unsqueeze(0).gridSample(grid.to(pixels.dtype), mode: interpolation).squeeze(0) + fill
    return dtype.isFloatingPoint ? moved : moved.round().clamp_(min: 0, max: 255).to(dtype)
  }
}
