// You Only Look Once: Unified, Real-Time Object Detection.
// Joseph Redmon, Santosh Divvala, Ross Girshick, Ali Farhadi, 2015. https://arxiv.org/abs/1506.02640
//
// Path Aggregation Network for Instance Segmentation (PANet).
// Shu Liu, Lu Qi, Haifang Qin, Jianping Shi, Jiaya Jia, 2018. https://arxiv.org/abs/1803.01534
//
// The sizes are those of YOLOv5s; the code is written from the papers and the published table of its layers.

import Foundation
import Torch

/// A detector in one step: each place of three feature maps says what is there, and where.
///
/// ```swift
/// let model = YOLO(classes: 5)
/// let losses = model.losses(ImageList(images), targets)  // box, objectness, class
/// let found = model.eval().detect(ImageList(images))
/// ```
/// Sides of images are multiples of 32.
public final class YOLO: Module, ObjectDetector {
  /// How objects are chosen.
  public struct Options: Sendable, Hashable {
    /// Objects that are less sure are dropped: objectness times the class's probability.
    public var scoreThreshold = 0.05
    /// Of two objects of one class that overlap by more, only the surer one stays.
    public var suppression = 0.5
    /// The most objects of an image.
    public var limit = 100

    public init() {}
  }

  /// The pixels of the image that a step on each map is.
  public static let strides = [8, 16, 32]

  let backbone: YOLOBackbone
  let neck: YOLONeck
  let head: [Conv2d]
  /// Width and height of the anchors of each map, in pixels of the image: `[3, A, 2]`. Saved with the weights, so that a model
  /// is never used with others than it was trained with.
  public let anchors: Buffer
  public let classes: Int
  /// How objects are chosen.
  public var options: Options
  /// What training makes small.
  public var loss: YOLOLoss

  /// - Parameters:
  ///   - anchors: width and height in pixels, as many for each of the three maps, the finest first; fitted to a set by
  ///     ``YOLOAnchors/fit(sizes:count:seed:)``.
  ///   - width: channels, as a multiple of YOLOv5s's.
  public init(
    classes: Int, anchors: [[[Double]]] = YOLOAnchors.coco, width: Double = 1, options: Options = Options(),
    loss: YOLOLoss = YOLOLoss()
  ) {
    precondition(classes > 0, "a detector has at least one class, not \(classes)")
    precondition(
      anchors.count == 3 && anchors.allSatisfy { $0.count == anchors[0].count && $0.allSatisfy { $0.count == 2 } },
      "three lists of as many anchors, each width and height, not \(anchors)")
    let channels = [32, 64, 128, 256, 512].map { max(8, Int(Double($0) * width) / 8 * 8) }
    backbone = YOLOBackbone(channels)
    neck = YOLONeck(Array(channels[2...]))
    let perPlace = anchors[0].count
    head = channels[2...].map { Conv2d($0, perPlace * (5 + classes), kernel: 1) }
    self.anchors = Buffer(
      Tensor(anchors.joined().joined().map(Float.init), shape: [3, perPlace, 2]))
    self.classes = classes
    self.options = options
    self.loss = loss
    super.init()
    startWithFewObjects()
  }

  /// Biases that say at first what is true of most places: eight objects an image of 640 pixels, each class as likely.
  private func startWithFewObjects() {
    withNoGrad {
      for (layer, stride) in zip(head, YOLO.strides) {
        guard let bias = layer.bias?.value.view([-1, 5 + classes]) else { continue }
        let places = pow(640 / Double(stride), 2)
        bias[0..., 4] = Tensor(Float(log(8 / places)))
        bias[0..., 5...] = Tensor(Float(log(0.6 / (Double(classes) - 0.99))))
      }
    }
  }

  /// What each anchor of each map says, not yet decoded: `[N, A, h, w, 5 + classes]` logits of x, y, width, height, objectness
  /// and classes. The same in training and in use.
  public func predictions(_ images: Tensor) -> [Tensor] {
    zip(head, neck(backbone(images))).map { layer, map in
      let logits = layer(map)
      let (rows, columns) = (logits.shape[2], logits.shape[3])
      return logits.view([logits.shape[0], anchors.value.shape[1], 5 + classes, rows, columns]).permute(0, 1, 3, 4, 2)
    }
  }

  /// `loss_box`, `loss_objectness` and `loss_class`.
  public func losses(_ images: ImageList, _ targets: [DetectionTarget]) -> DetectionLosses {
    precondition(targets.count == images.sizes.count, "\(targets.count) targets for \(images.sizes.count) images")
    return loss(predictions(images.images), targets, anchors: anchors.value, imageSize: images.paddedSize)
  }

  /// The first stage is the stem, the last one the pooling.
  public func freeze(stages count: Int) {
    let stages: [Module] = [backbone.stem] + backbone.stages + [backbone.pooling]
    for stage in stages.prefix(count) { stage.setTrainable(false) }
  }

  public func detect(_ images: ImageList) -> [Detections] {
    let maps = predictions(images.images)
    let rows = maps.indices.map { level in
      YOLO.decode(maps[level], anchors: anchors.value[level], stride: YOLO.strides[level])
    }
    let boxes = Tensor.cat(rows.map(\.boxes.values), dim: 1)
    let scores = Tensor.cat(rows.map(\.scores), dim: 1)
    return images.sizes.indices.map { choose(Boxes(boxes[$0]), scores[$0], images.sizes[$0]) }
  }

  /// Boxes in pixels `[N, A·h·w, 4]` and scores `[N, A·h·w, classes]` of one map's predictions.
  ///
  /// A centre may lie up to half a step outside of its place, and a side be up to four times the anchor's.
  public static func decode(_ map: Tensor, anchors: Tensor, stride: Int) -> (boxes: Boxes<XYXY>, scores: Tensor) {
    let (images, rows, columns) = (map.shape[0], map.shape[2], map.shape[3])
    let values = map.sigmoid()
    let grid = Tensor.meshgrid([Tensor.arange(rows), Tensor.arange(columns)])
    let places = Tensor.stack([grid[1], grid[0]], dim: -1).to(map.dtype).to(map.device)
    let center = (values[dim: -1, 0..<2] * 2 - 0.5 + places) * stride
    let extent = (values[dim: -1, 2..<4] * 2).square() * anchors.reshape(1, -1, 1, 1, 2)
    let boxes = Boxes<CXCYWH>(Tensor.cat([center, extent], dim: -1).reshape(images, -1, 4))
    let scores = values[dim: -1, 5..<map.shape[4]] * values[dim: -1, 4..<5]
    return (boxes.xyxy, scores.reshape(images, -1, map.shape[4] - 5))
  }

  /// Each place may show several classes, each with a score of its own.
  private func choose(_ boxes: Boxes<XYXY>, _ scores: Tensor, _ size: ImageList.Size) -> Detections {
    let places = (scores .> options.scoreThreshold).nonzero()
    let (rows, labels) = (places[0..., 0], places[0..., 1])
    let all = Detections(
      boxes: boxes[rows].clipped(width: size.width, height: size.height), scores: scores[rows, labels], labels: labels)
    let limit = 30_000  // Suppression is quadratic; nobody looks at more.
    let best = all.count > limit ? all[all.scores.topK(limit).indices] : all
    return best.suppressed(threshold: options.suppression, limit: options.limit)
  }
}

/// From images to maps of strides 8, 16 and 32.
final class YOLOBackbone: Module {
  let stem: ConvNormSiLU
  let stages: [Sequential]
  let pooling: PyramidPooling

  init(_ channels: [Int]) {
    stem = ConvNormSiLU(3, channels[0], kernel: 6, stride: 2, padding: 2)
    stages = zip(1..., [1, 2, 3, 1]).map { index, depth in
      Sequential(
        ConvNormSiLU(channels[index - 1], channels[index], kernel: 3, stride: 2),
        CrossStageBlock(channels[index], channels[index], depth: depth))
    }
    pooling = PyramidPooling(channels[4])
  }

  func callAsFunction(_ x: Tensor) -> [Tensor] {
    var x = stages[0](stem(x))
    let maps = stages[1...].map { stage in
      x = stage(x)
      return x
    }
    return [maps[0], maps[1], pooling(maps[2])]
  }
}

/// What is seen coarsely goes down to the finer maps, and what is seen there goes up again (PANet).
final class YOLONeck: Module {
  let reduce: [ConvNormSiLU]
  let down: [CrossStageBlock]
  let shrink: [ConvNormSiLU]
  let up: [CrossStageBlock]

  /// - Parameter channels: of the maps of strides 8, 16 and 32.
  init(_ channels: [Int]) {
    let (fine, middle, coarse) = (channels[0], channels[1], channels[2])
    reduce = [ConvNormSiLU(coarse, middle), ConvNormSiLU(middle, fine)]
    down = [
      CrossStageBlock(2 * middle, middle, depth: 1, hasSkip: false),
      CrossStageBlock(2 * fine, fine, depth: 1, hasSkip: false),
    ]
    shrink = [
      ConvNormSiLU(fine, fine, kernel: 3, stride: 2), ConvNormSiLU(middle, middle, kernel: 3, stride: 2),
    ]
    up = [
      CrossStageBlock(2 * fine, middle, depth: 1, hasSkip: false),
      CrossStageBlock(2 * middle, coarse, depth: 1, hasSkip: false),
    ]
  }

  func callAsFunction(_ maps: [Tensor]) -> [Tensor] {
    func larger(_ map: Tensor, like other: Tensor) -> Tensor {
      map.interpolate(height: other.shape[2], width: other.shape[3], mode: .nearest)
    }
    let coarse = reduce[0](maps[2])
    let middle = reduce[1](down[0](Tensor.cat([larger(coarse, like: maps[1]), maps[1]], dim: 1)))
    let first = down[1](Tensor.cat([larger(middle, like: maps[0]), maps[0]], dim: 1))
    let second = up[0](Tensor.cat([shrink[0](first), middle], dim: 1))
    let third = up[1](Tensor.cat([shrink[1](second), coarse], dim: 1))
    return [first, second, third]
  }
}
