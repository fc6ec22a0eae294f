// Deep Residual Learning for Image Recognition.
// Kaiming He, Xiangyu Zhang, Shaoqing Ren, Jian Sun, 2015. https://arxiv.org/abs/1512.03385
//
// Wide Residual Networks. Sergey Zagoruyko, Nikos Komodakis, 2016. https://arxiv.org/abs/1605.07146
//
// Aggregated Residual Transformations for Deep Neural Networks (ResNeXt).
// Saining Xie, Ross Girshick, Piotr Dollár, Zhuowen Tu, Kaiming He, 2016. https://arxiv.org/abs/1611.05431
//
// Names of parameters as in torchvision.

import Torch

/// ResNet, and its wide and ResNeXt variants.
///
/// ```swift
/// let model = ResNet(.resnet18, classes: 10, stem: .cifar)
/// let logits = model(images)  // [N, 3, 32, 32] to [N, 10]
/// ```
public final class ResNet: Layer, ImageClassifier {
  /// The paper's networks by their numbers of blocks.
  public struct Variant: Codable, Sendable, Hashable {
    /// Blocks of the four stages.
    public let blocks: [Int]
    /// Whether the blocks are ``Bottleneck``s; else they are ``BasicBlock``s.
    public let isBottleneck: Bool
    public let groups: Int
    public let widthPerGroup: Int
    /// The channels of the first convolution.
    public let stemWidth: Int
    /// The channels inside the blocks of each stage, before a bottleneck's expansion.
    public let widths: [Int]

    /// A network of one's own.
    ///
    /// - Precondition: there are four stages; groups and widths belong to bottlenecks.
    public init(
      blocks: [Int], isBottleneck: Bool, groups: Int = 1, widthPerGroup: Int = 64, stemWidth: Int = 64,
      widths: [Int] = [64, 128, 256, 512]
    ) {
      precondition(blocks.count == 4 && blocks.allSatisfy { $0 > 0 }, "ResNet has four stages of blocks, not \(blocks)")
      precondition(widths.count == 4 && widths.allSatisfy { $0 > 0 }, "ResNet has four widths, not \(widths)")
      precondition(isBottleneck || (groups == 1 && widthPerGroup == 64), "basic blocks have no groups")
      self.blocks = blocks
      self.isBottleneck = isBottleneck
      self.groups = groups
      self.widthPerGroup = widthPerGroup
      self.stemWidth = stemWidth
      self.widths = widths
    }

    public static let resnet18 = Variant(blocks: [2, 2, 2, 2], isBottleneck: false)
    public static let resnet34 = Variant(blocks: [3, 4, 6, 3], isBottleneck: false)
    public static let resnet50 = Variant(blocks: [3, 4, 6, 3], isBottleneck: true)
    public static let resnet101 = Variant(blocks: [3, 4, 23, 3], isBottleneck: true)
    public static let resnet152 = Variant(blocks: [3, 8, 36, 3], isBottleneck: true)
    public static let wideResnet50x2 = Variant(blocks: [3, 4, 6, 3], isBottleneck: true, widthPerGroup: 128)
    public static let wideResnet101x2 = Variant(blocks: [3, 4, 23, 3], isBottleneck: true, widthPerGroup: 128)
    public static let resnext50x32x4d = Variant(
      blocks: [3, 4, 6, 3], isBottleneck: true, groups: 32, widthPerGroup: 4)
    public static let resnext101x32x8d = Variant(
      blocks: [3, 4, 23, 3], isBottleneck: true, groups: 32, widthPerGroup: 8)
    public static let resnext101x64x4d = Variant(
      blocks: [3, 4, 23, 3], isBottleneck: true, groups: 64, widthPerGroup: 4)
  }

  let conv1: Conv2d
  let bn1: any ChannelNorm
  public let layer1: Sequential
  public let layer2: Sequential
  public let layer3: Sequential
  public let layer4: Sequential
  /// The last layer.
  public var fc: Linear

  private let stem: Stem

  /// A network with fresh weights, drawn as torchvision does.
  ///
  /// - Parameters:
  ///   - stem: with ``Stem/cifar``, the first convolution is 3x3 with stride 1 and there is no max-pooling.
  ///   - norm: makes a normalisation for so many channels; detectors use frozen ones.
  public init(
    _ variant: Variant, classes: Int = 1000, inputChannels: Int = 3, stem: Stem = .imageNet,
    norm: (Int) -> any ChannelNorm = { BatchNorm2d($0) }
  ) {
    self.stem = stem
    conv1 =
      switch stem {
      case .imageNet: Conv2d(inputChannels, variant.stemWidth, kernel: 7, stride: 2, padding: 3, bias: false)
      case .cifar: Conv2d(inputChannels, variant.stemWidth, kernel: 3, padding: 1, bias: false)
      }
    bn1 = norm(variant.stemWidth)
    let outputs = variant.widths.map { $0 * (variant.isBottleneck ? Bottleneck.expansion : 1) }
    layer1 = ResNet.stage(variant, 0, from: variant.stemWidth, stride: 1, norm)
    layer2 = ResNet.stage(variant, 1, from: outputs[0], stride: 2, norm)
    layer3 = ResNet.stage(variant, 2, from: outputs[1], stride: 2, norm)
    layer4 = ResNet.stage(variant, 3, from: outputs[2], stride: 2, norm)
    fc = Linear(outputs[3], classes)
    super.init()
    initializeResidualConvolutions()
  }

  private static func stage(
    _ variant: Variant, _ index: Int, from inputs: Int, stride: Int, _ norm: (Int) -> any ChannelNorm
  ) -> Sequential {
    let width = variant.widths[index]
    return Sequential(
      (0..<variant.blocks[index]).map { block in
        let stride = block == 0 ? stride : 1
        guard variant.isBottleneck else {
          return BasicBlock(block == 0 ? inputs : width, width, stride: stride, norm: norm)
        }
        return Bottleneck(
          block == 0 ? inputs : width * Bottleneck.expansion, width, stride: stride, groups: variant.groups,
          widthPerGroup: variant.widthPerGroup, norm: norm)
      })
  }

  public var head: Linear {
    get { fc }
    set { fc = newValue }
  }

  /// The feature maps after each of the four stages, the finest first: what detectors build on.
  public func features(_ x: Tensor) -> [Tensor] {
    var x = conv1(x, norm: bn1, activation: .relu)
    if stem == .imageNet { x = x.maxPool2d(3, stride: 2, padding: 1) }
    return [layer1, layer2, layer3, layer4].map { stage in
      x = stage(x)
      return x
    }
  }

  public override func forward(_ x: Tensor) -> Tensor {
    fc(features(x)[3].adaptiveAvgPool2d(1, 1).flatten(from: 1))
  }
}
