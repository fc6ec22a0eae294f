// Focal Loss for Dense Object Detection.
// Tsung-Yi Lin, Priya Goyal, Ross Girshick, Kaiming He, Piotr Dollár, 2017. https://arxiv.org/abs/1708.02002
//
// Names of parameters as in torchvision.

import Foundation
import Torch

/// A detector in one step: every anchor says what it shows and where. The loss counts easy background for little, since there
/// is so much of it.
public final class RetinaNet: Module, ObjectDetector {
  /// How anchors are taught and objects chosen. The defaults are torchvision's.
  public struct Options: Sendable, Hashable {
    /// An anchor that overlaps an object by this much is one.
    public var foregroundOverlap = 0.5
    /// One that overlaps none by this much is background.
    public var backgroundOverlap = 0.4
    /// Objects that are less sure are dropped.
    public var scoreThreshold = 0.05
    /// How many of the surest of each feature map go into suppression.
    public var candidates = 1000
    /// Of two objects of one class that overlap by more, only the surer one stays.
    public var suppression = 0.5
    /// The most objects of an image.
    public var limit = 300

    public init() {}
  }

  let backbone: FeatureExtractor
  let head: RetinaNetHead
  /// Where the anchors stand.
  public let anchorGenerator: AnchorGenerator
  /// How anchors are taught and objects chosen.
  public var options: Options
  public let classes: Int

  private let coder = BoxCoder()

  /// - Parameter backbone: gives maps of one width, one for each level of the anchors.
  public init(
    _ backbone: PyramidBackbone, anchors: AnchorGenerator, classes: Int, options: Options = Options()
  ) {
    precondition(classes > 0, "a detector has at least one class, not \(classes)")
    self.backbone = backbone
    head = RetinaNetHead(width: backbone.fpn.width, anchorsPerPlace: anchors.anchorsPerPlace, classes: classes)
    anchorGenerator = anchors
    self.options = options
    self.classes = classes
  }

  /// `classification` and `bbox_regression`.
  public func losses(_ images: ImageList, _ targets: [DetectionTarget]) -> DetectionLosses {
    precondition(targets.count == images.sizes.count, "\(targets.count) targets for \(images.sizes.count) images")
    let features = backbone(images.images)
    let said = head(features)
    let anchors = Boxes<XYXY>(
      Tensor.cat(anchorGenerator(features, imageSize: images.paddedSize).map(\.values)))
    let logits = Tensor.cat(said.map(\.logits), dim: 1)
    let differences = Tensor.cat(said.map(\.differences), dim: 1)
    let matcher = BoxMatcher(high: options.foregroundOverlap, low: options.backgroundOverlap, keepsBest: true)
    var (classLoss, boxLoss) = (logits.sum() * 0, logits.sum() * 0)
    for (image, target) in targets.enumerated() {
      let matches = matcher(anchors, gold: target.boxes)
      let shown = (matches .>= 0).nonzero().squeeze(1)
      let gold = matches[shown]
      let answers = Tensor.zeros(like: logits[image])
      if shown.count > 0 {
        answers[shown, target.labels[gold]] = Tensor.ones([shown.count], dtype: answers.dtype, device: answers.device)
      }
      let counts = (matches .!= BoxMatcher.ignored).nonzero().squeeze(1)
      let objects = max(1, shown.count)
      classLoss += logits[image][counts].sigmoidFocalLoss(answers[counts], reduction: .sum) / objects
      let goals = coder.encode(target.boxes[gold], from: anchors[shown])
      boxLoss += differences[image][shown].l1Loss(goals.to(differences.dtype), reduction: .sum) / objects
    }
    return DetectionLosses([
      ("classification", classLoss / max(1, targets.count)), ("bbox_regression", boxLoss / max(1, targets.count)),
    ])
  }

  public func freeze(stages count: Int) { backbone.freeze(stages: count) }

  public func detect(_ images: ImageList) -> [Detections] {
    let features = backbone(images.images)
    let said = head(features)
    let anchors = anchorGenerator(features, imageSize: images.paddedSize)
    return images.sizes.indices.map { image in
      let levels = zip(said, anchors).map { surest($0.logits[image], $0.differences[image], $1, images.sizes[image]) }
      return Detections(
        boxes: Boxes(Tensor.cat(levels.map(\.boxes.values))), scores: Tensor.cat(levels.map(\.scores)),
        labels: Tensor.cat(levels.map(\.labels))
      ).suppressed(threshold: options.suppression, limit: options.limit)
    }
  }

  /// The surest objects of one map.
  private func surest(
    _ logits: Tensor, _ differences: Tensor, _ anchors: Boxes<XYXY>, _ size: ImageList.Size
  ) -> Detections {
    let all = logits.sigmoid().flatten()
    let places = (all .> options.scoreThreshold).nonzero().squeeze(1)
    let (scores, order) = all[places].topK(min(options.candidates, places.count))
    let chosen = places[order]
    let anchor = chosen.floorDivide(classes)
    let boxes = coder.decode(differences[anchor], from: anchors[anchor])
    return Detections(
      boxes: boxes.clipped(width: size.width, height: size.height), scores: scores, labels: chosen.remainder(classes))
  }
}

extension AnchorGenerator {
  /// The paper's anchors: three sizes a map, a third of an octave apart.
  public static func retinaNet(levels: Int = 5, smallest: Int = 32) -> AnchorGenerator {
    AnchorGenerator(
      sizes: (0..<levels).map { level in
        let side = Double(smallest << level)
        return [side, (side * pow(2, 1.0 / 3)).rounded(.down), (side * pow(2, 2.0 / 3)).rounded(.down)]
      })
  }
}

/// Two towers of convolutions, the same for all maps: for classes and for boxes.
final class RetinaNetHead: Module {
  let classificationHead: RetinaNetTower
  let regressionHead: RetinaNetTower

  init(width: Int, anchorsPerPlace: Int, classes: Int) {
    // At first every anchor is almost surely background, or the many would drown the few.
    classificationHead = RetinaNetTower(
      width: width, anchorsPerPlace: anchorsPerPlace, outputs: classes, key: "cls_logits", bias: -log((1 - 0.01) / 0.01)
    )
    regressionHead = RetinaNetTower(
      width: width, anchorsPerPlace: anchorsPerPlace, outputs: 4, key: "bbox_reg", bias: 0)
  }

  func callAsFunction(_ features: [Tensor]) -> [(logits: Tensor, differences: Tensor)] {
    features.map { (classificationHead($0), regressionHead($0)) }
  }
}

/// Four 3x3 convolutions with ReLUs, and one that answers.
final class RetinaNetTower: Module {
  private let conv: Sequential
  private let answer: Conv2d
  private let outputs: Int
  private let key: String

  init(width: Int, anchorsPerPlace: Int, outputs: Int, key: String, bias: Double) {
    conv = Sequential(
      (0..<4).map { _ in Sequential(Conv2d(width, width, kernel: 3, padding: 1), ReLU(isInPlace: true)) })
    answer = Conv2d(width, anchorsPerPlace * outputs, kernel: 3, padding: 1)
    self.outputs = outputs
    self.key = key
    super.init()
    for case (_, let layer as Conv2d) in namedModules() {
      layer.weight.initialize(.normal(std: 0.01))
      layer.bias?.initialize(.constant(0))
    }
    answer.bias?.initialize(.constant(bias))
  }

  /// The last convolution is called after what it says.
  override func members() -> [(key: String, member: Member)] { [("conv", .child(conv)), (key, .child(answer))] }

  func callAsFunction(_ map: Tensor) -> Tensor { anchorRows(answer(conv(map)), of: outputs) }
}
