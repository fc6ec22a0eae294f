import Torch

/// The part of a network that turns images into feature maps.
open class FeatureExtractor: Module {
  /// The channels of the maps, the finest first.
  open var channels: [Int] { fatalError("\(type(of: self)) does not override channels") }

  /// Feature maps `[N, C, h, w]` of images `[N, 3, H, W]`, the finest first.
  open func callAsFunction(_ x: Tensor) -> [Tensor] {
    fatalError("\(type(of: self)) does not override callAsFunction(_:)")
  }

  /// The modules in the order in which they see the image, each group of which may be frozen.
  open var stages: [[Module]] { [] }

  /// Keeps the first stages as they are in training: what they know of edges and textures serves any task.
  public final func freeze(stages count: Int) {
    for module in stages.prefix(count).joined() { module.setTrainable(false) }
  }
}

/// How a backbone normalises.
public enum BackboneNorm: String, Sendable, CaseIterable, Codable {
  /// With the batch's statistics: for training from random weights.
  case batch
  /// With fixed ones: for weights that were trained elsewhere.
  case frozen

  /// A layer for so many channels.
  public func layer(_ channels: Int) -> any ChannelNorm {
    switch self {
    case .batch: BatchNorm2d(channels)
    case .frozen: FrozenBatchNorm2d(channels)
    }
  }
}

/// ResNet without its last layer.
public final class ResNetFeatures: FeatureExtractor {
  private let resnet: ResNet
  private let levels: Range<Int>
  private let widths: [Int]

  /// - Parameter levels: which stages' maps are given, 0 of stride 4 to 3 of stride 32.
  public init(_ variant: ResNet.Variant, norm: BackboneNorm = .batch, levels: Range<Int> = 0..<4) {
    precondition(!levels.isEmpty && levels.lowerBound >= 0 && levels.upperBound <= 4, "ResNet has levels 0 to 3")
    resnet = ResNet(variant, norm: norm.layer)
    self.levels = levels
    widths = levels.map { variant.widths[$0] * (variant.isBottleneck ? Bottleneck.expansion : 1) }
  }

  /// ResNet's own names, without those of the layer that is not used.
  public override func members() -> [(key: String, member: Member)] { resnet.members().filter { $0.key != "fc" } }

  public override var channels: [Int] { widths }

  public override func callAsFunction(_ x: Tensor) -> [Tensor] { Array(resnet.features(x)[levels]) }

  public override var stages: [[Module]] {
    [[resnet.conv1, resnet.bn1], [resnet.layer1], [resnet.layer2], [resnet.layer3], [resnet.layer4]]
  }
}

/// A backbone with a pyramid on top: what torchvision's detectors call their backbone.
public final class PyramidBackbone: FeatureExtractor {
  let body: FeatureExtractor
  let fpn: FeaturePyramid

  public init(_ body: FeatureExtractor, width: Int = 256, extra: FeaturePyramid.Extra = .pool) {
    self.body = body
    fpn = FeaturePyramid(channels: body.channels, width: width, extra: extra)
  }

  public override var channels: [Int] { body.channels.map { _ in fpn.width } }

  public override func callAsFunction(_ x: Tensor) -> [Tensor] { fpn(body(x)) }

  public override var stages: [[Module]] { body.stages }
}
