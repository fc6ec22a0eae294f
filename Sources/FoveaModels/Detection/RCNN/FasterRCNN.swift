// Faster R-CNN: Towards Real-Time Object Detection with Region Proposal Networks.
// Shaoqing Ren, Kaiming He, Ross Girshick, Jian Sun, 2015. https://arxiv.org/abs/1506.01497
//
// Names of parameters as in torchvision.

import Torch

/// A detector in two steps: proposals of where objects may be, then what each shows.
///
/// ```swift
/// let backbone = PyramidBackbone(ResNetFeatures(.resnet50, norm: .frozen))
/// let model = FasterRCNN(backbone, anchors: .fasterRCNN(levels: 5), classes: 5)
/// let losses = model.losses(ImageList(images), targets)  // four parts
/// ```
public final class FasterRCNN: Module, ObjectDetector {
  /// From images to feature maps.
  public let backbone: FeatureExtractor
  /// From feature maps to proposals.
  public let rpn: RegionProposalNetwork
  /// From proposals to objects.
  public let roiHeads: RoIHeads
  /// How many of the maps, the finest first, regions are taken from.
  private let pooledMaps: Int

  /// A detector of parts that were made elsewhere.
  ///
  /// - Parameter pooledMaps: how many of the backbone's maps, the finest first, regions' features are taken from.
  public init(backbone: FeatureExtractor, rpn: RegionProposalNetwork, roiHeads: RoIHeads, pooledMaps: Int) {
    self.backbone = backbone
    self.rpn = rpn
    self.roiHeads = roiHeads
    self.pooledMaps = pooledMaps
  }

  /// A detector over a pyramid, put together as in torchvision.
  ///
  /// - Parameters:
  ///   - classes: without the background.
  ///   - headWidth: of the linear layers over a region's features.
  public convenience init(
    _ backbone: PyramidBackbone, anchors: AnchorGenerator, classes: Int, headWidth: Int = 1024,
    rpn: RegionProposalNetwork.Options = .init(), roi: RoIHeads.Options = .init()
  ) {
    precondition(classes > 0, "a detector has at least one class, not \(classes)")
    let pool = MultiScaleRoIAlign()
    let width = backbone.fpn.width
    self.init(
      backbone: backbone, rpn: RegionProposalNetwork(width: width, anchors: anchors, options: rpn),
      roiHeads: RoIHeads(
        pool: pool, head: TwoMLPHead(width * pool.size * pool.size, width: headWidth),
        predictor: FastRCNNPredictor(headWidth, classes: classes), options: roi),
      pooledMaps: backbone.channels.count)
  }

  public var classes: Int { roiHeads.boxPredictor.classes }

  /// Puts a new last layer, with fresh weights, in place of the old one, for another set of classes.
  ///
  /// Make the optimizer afterwards: one made before still holds the old layer's parameters.
  public func replaceHead(classes: Int) {
    roiHeads.boxPredictor = FastRCNNPredictor(roiHeads.boxPredictor.inputs, classes: classes)
  }

  /// `loss_classifier`, `loss_box_reg`, `loss_objectness` and `loss_rpn_box_reg`.
  public func losses(_ images: ImageList, _ targets: [DetectionTarget]) -> DetectionLosses {
    precondition(targets.count == images.sizes.count, "\(targets.count) targets for \(images.sizes.count) images")
    let features = backbone(images.images)
    let (proposals, rpnLosses) = rpn(images, features: features, targets: targets)
    let roiLosses = roiHeads.losses(images, features: Array(features[..<pooledMaps]), proposals: proposals, targets)
    return DetectionLosses(roiLosses.parts + (rpnLosses?.parts ?? []))
  }

  public func freeze(stages count: Int) { backbone.freeze(stages: count) }

  public func detect(_ images: ImageList) -> [Detections] {
    let features = backbone(images.images)
    let proposals = rpn(images, features: features).proposals
    return roiHeads.detect(images, features: Array(features[..<pooledMaps]), proposals: proposals)
  }
}

extension AnchorGenerator {
  /// The paper's anchors over a pyramid: one size a map, 32 pixels on the first and twice as much on each next.
  public static func fasterRCNN(levels: Int, smallest: Double = 32) -> AnchorGenerator {
    AnchorGenerator(sizes: (0..<levels).map { [smallest * Double(1 << $0)] })
  }
}
