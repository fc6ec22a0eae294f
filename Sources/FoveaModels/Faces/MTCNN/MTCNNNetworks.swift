// Joint Face Detection and Alignment using Multi-task Cascaded Convolutional Networks.
// Kaipeng Zhang, Zhanpeng Zhang, Zhifeng Li, Yu Qiao, 2016. https://arxiv.org/abs/1604.02878
// Keys and layers are those of facenet-pytorch, whose weights load.

import Torch

/// What one of MTCNN's networks says of its windows.
public struct MTCNNOutput {
  /// The logits of "no face" and "face": `[N, 2]`, or `[N, 2, H, W]` of P-Net.
  public let logits: Tensor
  /// By how much the sides (left, top, right, bottom) are to move, in widths and heights of the window: `[N, 4, ...]`.
  public let offsets: Tensor
  /// Where in the window the five landmarks are, 0...1: all x, then all y, `[N, 10]`. Only of O-Net.
  public var landmarks: Tensor?

  public init(logits: Tensor, offsets: Tensor, landmarks: Tensor? = nil) {
    self.logits = logits
    self.offsets = offsets
    self.landmarks = landmarks
  }

  /// How probable a face is, in the shape of the logits without their second dimension.
  public var probability: Tensor { logits.softmax(dim: 1)[0..., 1] }
}

/// The proposal network: sees every window of 12 x 12 of an image `[N, 3, H, W]`, at steps of 2.
public final class PNet: Module {
  private let conv1 = Conv2d(3, 10, kernel: 3)
  private let prelu1 = PReLU(channels: 10)
  private let conv2 = Conv2d(10, 16, kernel: 3)
  private let prelu2 = PReLU(channels: 16)
  private let conv3 = Conv2d(16, 32, kernel: 3)
  private let prelu3 = PReLU(channels: 32)
  private let faceHead = Conv2d(32, 2, kernel: 1)
  private let boxHead = Conv2d(32, 4, kernel: 1)

  public override class var checkpointKeys: [String: String] { ["faceHead": "conv4_1", "boxHead": "conv4_2"] }

  public func callAsFunction(_ x: Tensor) -> MTCNNOutput {
    let features = prelu3(conv3(prelu2(conv2(prelu1(conv1(x)).maxPool2d(2, ceilMode: true)))))
    return MTCNNOutput(logits: faceHead(features), offsets: boxHead(features))
  }
}

/// The refinement network: sees windows `[N, 3, 24, 24]`.
public final class RNet: Module {
  private let conv1 = Conv2d(3, 28, kernel: 3)
  private let prelu1 = PReLU(channels: 28)
  private let conv2 = Conv2d(28, 48, kernel: 3)
  private let prelu2 = PReLU(channels: 48)
  private let conv3 = Conv2d(48, 64, kernel: 2)
  private let prelu3 = PReLU(channels: 64)
  private let dense4 = Linear(576, 128)
  private let prelu4 = PReLU(channels: 128)
  private let faceHead = Linear(128, 2)
  private let boxHead = Linear(128, 4)

  public override class var checkpointKeys: [String: String] { ["faceHead": "dense5_1", "boxHead": "dense5_2"] }

  public func callAsFunction(_ x: Tensor) -> MTCNNOutput {
    var features = prelu1(conv1(x)).maxPool2d(3, stride: 2, ceilMode: true)
    features = prelu2(conv2(features)).maxPool2d(3, stride: 2, ceilMode: true)
    features = prelu4(dense4(prelu3(conv3(features)).columnsFirst))
    return MTCNNOutput(logits: faceHead(features), offsets: boxHead(features))
  }
}

/// The output network: sees windows `[N, 3, 48, 48]`, and finds landmarks too.
public final class ONet: Module {
  private let conv1 = Conv2d(3, 32, kernel: 3)
  private let prelu1 = PReLU(channels: 32)
  private let conv2 = Conv2d(32, 64, kernel: 3)
  private let prelu2 = PReLU(channels: 64)
  private let conv3 = Conv2d(64, 64, kernel: 3)
  private let prelu3 = PReLU(channels: 64)
  private let conv4 = Conv2d(64, 128, kernel: 2)
  private let prelu4 = PReLU(channels: 128)
  private let dense5 = Linear(1152, 256)
  private let prelu5 = PReLU(channels: 256)
  private let faceHead = Linear(256, 2)
  private let boxHead = Linear(256, 4)
  private let landmarkHead = Linear(256, 10)

  public override class var checkpointKeys: [String: String] {
    ["faceHead": "dense6_1", "boxHead": "dense6_2", "landmarkHead": "dense6_3"]
  }

  public func callAsFunction(_ x: Tensor) -> MTCNNOutput {
    var features = prelu1(conv1(x)).maxPool2d(3, stride: 2, ceilMode: true)
    features = prelu2(conv2(features)).maxPool2d(3, stride: 2, ceilMode: true)
    features = prelu3(conv3(features)).maxPool2d(2, ceilMode: true)
    features = prelu5(dense5(prelu4(conv4(features)).columnsFirst))
    return MTCNNOutput(logits: faceHead(features), offsets: boxHead(features), landmarks: landmarkHead(features))
  }
}

extension Tensor {
  /// Maps `[N, C, H, W]` as vectors `[N, W · H · C]`: the order of the authors' Caffe weights, which were made in Matlab.
  fileprivate var columnsFirst: Tensor { permute(0, 3, 2, 1).flatten(from: 1) }
}
