import Torch

/// Which predictions of a map are to become which objects.
///
/// An object is learned by the anchors whose sides are at most four times longer or shorter, at the place where its centre
/// lies and at the two neighbouring places that the centre is nearest to: a centre can be reached from half a step away.
public struct YOLOTargets {
  /// The image, anchor, row and column of each prediction: `[K]` each.
  public let images, anchors, rows, columns: Tensor
  /// The object's box around that place, in steps of the map: x and y from the place's corner, width and height: `[K, 4]`.
  public let boxes: Tensor
  /// The object's class: `[K]`.
  public let labels: Tensor

  /// How many times longer or shorter than an anchor an object may be.
  public static let largestRatio = 4.0

  /// - Parameters:
  ///   - objects: the boxes of all images in pixels, `[M, 4]`, with their images `[M]` and classes `[M]`.
  ///   - anchors: width and height in pixels, `[A, 2]`. They are brought to the map's steps here, and nowhere else.
  ///   - stride: the pixels of a step.
  ///   - rows: how many places the map has, from top to bottom.
  ///   - columns: and from left to right.
  public init(
    boxes objects: Boxes<XYXY>, images: Tensor, labels: Tensor, anchors: Tensor, stride: Int, rows: Int, columns: Int
  ) {
    let steps = objects.cxcywh.values / stride
    let sizes = steps[0..., 2...].unsqueeze(1)
    let anchorSizes = (anchors / stride).unsqueeze(0)
    let ratio = sizes / anchorSizes
    let worst = ratio.maximum(ratio.reciprocal()).amax(dims: [2])  // [M, A]
    let pairs = (worst .< YOLOTargets.largestRatio).nonzero()
    let (object, anchor) = (pairs[0..., 0], pairs[0..., 1])
    let center = steps[object][0..., ..<2]

    // Where in its place a centre lies tells which neighbours it is near to.
    let within = center.remainder(1)
    let near = within .< 0.5
    let isLeft = near[0..., 0] .&& (center[0..., 0] .> 1)
    let isTop = near[0..., 1] .&& (center[0..., 1] .> 1)
    let isRight = near[0..., 0].logicalNot() .&& (center[0..., 0] .< Double(columns - 1))
    let isBottom = near[0..., 1].logicalNot() .&& (center[0..., 1] .< Double(rows - 1))
    let here = Tensor.ones(like: isLeft)
    let moves = Tensor(rows: [[0, 0], [-1, 0], [0, -1], [1, 0], [0, 1]]).to(center.device)
    let chosen = Tensor.stack([here, isLeft, isTop, isRight, isBottom], dim: 1).nonzero()
    let (pair, move) = (chosen[0..., 0], chosen[0..., 1])

    let place = center[pair].floor().to(.int64) + moves[move]
    self.columns = place[0..., 0].clamp(min: 0, max: .int(columns - 1))
    self.rows = place[0..., 1].clamp(min: 0, max: .int(rows - 1))
    self.images = images[object[pair]]
    self.anchors = anchor[pair]
    self.labels = labels[object[pair]]
    let corner = Tensor.stack([self.columns, self.rows], dim: 1).to(center.dtype)
    self.boxes = Tensor.cat([center[pair] - corner, steps[object[pair]][0..., 2...]], dim: 1)
  }

  /// How many predictions are to become an object.
  public var count: Int { labels.count }
}
