// Residual blocks (He et al., 2015, https://arxiv.org/abs/1512.03385) in a network small enough to be trained on a
// processor in minutes.

import Torch

/// A ResNet of any width and depth, for small images such as Fashion-MNIST's 28 x 28 grey ones.
public final class TinyResNet: Layer, ImageClassifier {
  /// Residual blocks of one width; the first of them makes images smaller by the stride.
  public struct Stage: Sendable, Hashable {
    public let width: Int
    public let blocks: Int
    public let stride: Int

    public init(width: Int, blocks: Int, stride: Int) {
      precondition(width > 0 && blocks > 0 && stride > 0, "a stage's width, blocks and stride are positive")
      self.width = width
      self.blocks = blocks
      self.stride = stride
    }
  }

  private let conv1: Conv2d
  private let bn1: BatchNorm2d
  private let stages: [Sequential]
  /// The last layer.
  public var fc: Linear

  /// A network with fresh weights.
  ///
  /// - Parameters:
  ///   - stemWidth: channels of the first convolution, which is 4x4 with stride 2: at full size, a processor spends most
  ///     of a step on a few narrow layers.
  ///   - stages: at least one.
  public init(
    classes: Int = 10, inputChannels: Int = 1, stemWidth: Int = 32,
    stages: [Stage] = [
      Stage(width: 64, blocks: 1, stride: 2), Stage(width: 128, blocks: 1, stride: 2),
    ]
  ) {
    precondition(!stages.isEmpty, "a ResNet has at least one stage")
    conv1 = Conv2d(inputChannels, stemWidth, kernel: 4, stride: 2, padding: 1, bias: false)
    bn1 = BatchNorm2d(stemWidth)
    var channels = stemWidth
    var built: [Sequential] = []
    for stage in stages {
      var blocks: [Layer] = []
      for index in 0..<stage.blocks {
        blocks.append(BasicBlock(channels, stage.width, stride: index == 0 ? stage.stride : 1))
        channels = stage.width
      }
      built.append(Sequential(blocks))
    }
    self.stages = built
    fc = Linear(channels, classes)
    super.init()
    initializeResidualConvolutions()
  }

  public var head: Linear {
    get { fc }
    set { fc = newValue }
  }

  /// The last maps before they are averaged, `[N, C, H', W']`: what Grad-CAM looks at.
  public func features(_ x: Tensor) -> Tensor { stages.reduce(conv1(x, norm: bn1, activation: .relu)) { $1($0) } }

  public override func forward(_ x: Tensor) -> Tensor {
    fc(features(x).adaptiveAvgPool2d(1, 1).flatten(from: 1))
  }
}
