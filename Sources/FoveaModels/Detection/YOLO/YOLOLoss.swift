import Torch

/// What YOLO's training makes small: how far boxes are off, whether places know of their objects, and the classes.
public struct YOLOLoss: Sendable, Hashable {
  /// How boxes are compared.
  public var overlap = BoxOverlap.ciou
  /// How much the parts count, for three maps, 640 pixels and 80 classes; they are scaled for other numbers.
  public var boxWeight = 0.05
  public var objectnessWeight = 1.0
  public var classWeight = 0.5
  /// How much each map's objectness counts: the fine maps have more places, and fewer objects in them.
  public var mapWeights = [4.0, 1.0, 0.4]

  public init() {}

  /// `loss_box`, `loss_objectness` and `loss_class`, each times the number of images.
  ///
  /// - Parameters:
  ///   - maps: `[N, A, h, w, 5 + classes]` logits, as ``YOLO/predictions(_:)`` gives them, in training and in use.
  ///   - anchors: width and height in pixels, `[3, A, 2]`.
  public func callAsFunction(
    _ maps: [Tensor], _ targets: [DetectionTarget], anchors: Tensor, imageSize: ImageList.Size
  ) -> DetectionLosses {
    let device = maps[0].device
    let boxes = Boxes<XYXY>(Tensor.cat(targets.map(\.boxes.values)).to(maps[0].dtype).to(device))
    let labels = Tensor.cat(targets.map(\.labels)).to(device)
    let images = Tensor.cat(
      targets.enumerated().map { Tensor.full([$1.labels.count], .int($0), dtype: .int64, device: device) })
    let classes = maps[0].shape[4] - 5
    let zero = maps[0].sum() * 0
    var (boxLoss, objectLoss, classLoss) = (zero, zero, zero)
    for (level, map) in maps.enumerated() {
      let wanted = YOLOTargets(
        boxes: boxes, images: images, labels: labels, anchors: anchors[level], stride: YOLO.strides[level],
        rows: map.shape[2], columns: map.shape[3])
      let objectness = map[0..., 0..., 0..., 0..., 4]
      let goal = Tensor.zeros(like: objectness)
      if wanted.count > 0 {
        let place = (wanted.images, wanted.anchors, wanted.rows, wanted.columns)
        let values = map[place.0, place.1, place.2, place.3]
        let overlap = compare(values, wanted, anchors: anchors[level][wanted.anchors] / YOLO.strides[level])
        boxLoss += (1 - overlap).mean()
        // An object is as sure as its box is good.
        goal[place.0, place.1, place.2, place.3] = overlap.detach().clamp(min: 0).to(goal.dtype)
        if classes > 1 {
          classLoss += values[0..., 5...].binaryCrossEntropyWithLogits(
            wanted.labels.oneHot(classes: classes).to(values.dtype))
        }
      }
      objectLoss += objectness.binaryCrossEntropyWithLogits(goal) * mapWeights[level]
    }
    let share = 3 / Double(maps.count) * Double(targets.count)
    let area = Double(imageSize.height * imageSize.width) / (640 * 640)
    return DetectionLosses([
      ("loss_box", boxLoss * (boxWeight * share)),
      ("loss_objectness", objectLoss * (objectnessWeight * area * share)),
      ("loss_class", classLoss * (classWeight * Double(classes) / 80 * share)),
    ])
  }

  /// How well predictions `[K, 5 + classes]` agree with their objects: `[K]`. All in steps of the map.
  private func compare(_ values: Tensor, _ wanted: YOLOTargets, anchors: Tensor) -> Tensor {
    let center = values[0..., ..<2].sigmoid() * 2 - 0.5
    let extent = (values[0..., 2..<4].sigmoid() * 2).square() * anchors
    let found = Boxes<CXCYWH>(Tensor.cat([center, extent], dim: 1)).xyxy
    return found.overlap(overlap, with: Boxes<CXCYWH>(wanted.boxes).xyxy, eps: 1e-7)
  }
}
