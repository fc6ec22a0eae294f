// Residual blocks (He et al., 2015, https://arxiv.org/abs/1512.03385) with a narrow order of their own: 1x1, 3x3, 1x1.

import Torch

/// The face embedder of the computer-vision notebook collection that Fovea follows: four groups of blocks that keep the
/// resolution of the stem, with widths 64, 128, 264 and 512, for aligned photographs of 250 x 250.
///
/// With the blocks [2, 3, 3, 3] it has 10,260,144 parameters (triplet loss), with [2, 3, 3, 4] 13,148,336 (contrastive).
public final class FaceResNet: Layer, FaceEmbedder {
  private let stem: Sequential
  private let groups: [Sequential]
  private let embedding: Linear
  public var isNormalized = true

  /// A network with fresh weights.
  ///
  /// - Parameter blocks: how many blocks each of the four groups has.
  public init(blocks: [Int] = [2, 3, 3, 3], inputChannels: Int = 3, embeddingSize: Int = 512) {
    let widths = [64, 128, 264, 512]
    precondition(
      blocks.count == widths.count && blocks.allSatisfy { $0 > 0 }, "four groups have at least one block each")
    stem = Sequential(
      Conv2d(inputChannels, 64, kernel: 7, stride: 2, padding: 3), BatchNorm2d(64), ReLU(isInPlace: true),
      MaxPool2d(3, stride: 2, padding: 1))
    var channels = 64
    groups = zip(widths, blocks).map { width, count in
      Sequential(
        (0..<count).map { _ in
          defer { channels = width }
          return FaceResNetBlock(channels, width)
        })
    }
    embedding = Linear(channels, embeddingSize)
  }

  public var embeddingSize: Int { embedding.outputs }

  public override func forward(_ x: Tensor) -> Tensor {
    let features = groups.reduce(stem(x)) { $1($0) }
    return finished(embedding(features.adaptiveAvgPool2d(1, 1).flatten(from: 1)))
  }
}

/// 1x1, 3x3 and 1x1 convolutions, added to what goes in.
final class FaceResNetBlock: Layer {
  private let conv1: Conv2d
  private let bn1: BatchNorm2d
  private let conv2: Conv2d
  private let bn2: BatchNorm2d
  private let conv3: Conv2d
  private let bn3: BatchNorm2d
  private let shortcut: Sequential?

  init(_ inputs: Int, _ outputs: Int) {
    conv1 = Conv2d(inputs, inputs, kernel: 1)
    bn1 = BatchNorm2d(inputs)
    conv2 = Conv2d(inputs, outputs, kernel: 3, padding: 1)
    bn2 = BatchNorm2d(outputs)
    conv3 = Conv2d(outputs, outputs, kernel: 1)
    bn3 = BatchNorm2d(outputs)
    shortcut =
      inputs == outputs ? nil : Sequential(Conv2d(inputs, outputs, kernel: 1), BatchNorm2d(outputs))
  }

  override func forward(_ x: Tensor) -> Tensor {
    let branch = bn3(conv3(bn2(conv2(bn1(conv1(x)).relu_()))))
    return branch.add_(shortcut?(x) ?? x).relu_()
  }
}
