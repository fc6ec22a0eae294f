// Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning.
// Christian Szegedy, Sergey Ioffe, Vincent Vanhoucke, Alex Alemi, 2016. https://arxiv.org/abs/1602.07261
// As an embedder of faces: FaceNet. Schroff, Kalenichenko, Philbin, 2015. https://arxiv.org/abs/1503.03832

import Torch

/// The network that FaceNet's published weights are for (VGGFace2, CASIA-WebFace), with the keys of facenet-pytorch.
///
/// It sees faces of 160 x 160, normalised to (pixel - 127.5) / 128.
public final class InceptionResnetV1: Layer, FaceEmbedder {
  private let conv2d1a = InceptionConv(3, 32, 3, stride: 2)
  private let conv2d2a = InceptionConv(32, 32, 3)
  private let conv2d2b = InceptionConv(32, 64, 3, padding: 1)
  private let conv2d3b = InceptionConv(64, 80, 1)
  private let conv2d4a = InceptionConv(80, 192, 3)
  private let conv2d4b = InceptionConv(192, 256, 3, stride: 2)
  private let repeat1: Sequential
  private let mixed6a = Mixed6a()
  private let repeat2: Sequential
  private let mixed7a = Mixed7a()
  private let repeat3: Sequential
  private let block8 = InceptionResidual.block8(scale: 1, hasReLU: false)
  private let dropout: Dropout
  private let lastLinear: Linear
  private let lastBn: BatchNorm1d
  public var isNormalized = true

  public override class var checkpointKeys: [String: String] {
    [
      "conv2d1a": "conv2d_1a", "conv2d2a": "conv2d_2a", "conv2d2b": "conv2d_2b", "conv2d3b": "conv2d_3b",
      "conv2d4a": "conv2d_4a", "conv2d4b": "conv2d_4b", "repeat1": "repeat_1", "repeat2": "repeat_2",
      "repeat3": "repeat_3", "mixed6a": "mixed_6a", "mixed7a": "mixed_7a",
    ]
  }

  /// A network with fresh weights.
  public init(embeddingSize: Int = 512, dropout: Double = 0.6) {
    repeat1 = Sequential((0..<5).map { _ in InceptionResidual.block35(scale: 0.17) })
    repeat2 = Sequential((0..<10).map { _ in InceptionResidual.block17(scale: 0.10) })
    repeat3 = Sequential((0..<5).map { _ in InceptionResidual.block8(scale: 0.20) })
    self.dropout = Dropout(dropout)
    lastLinear = Linear(1792, embeddingSize, bias: false)
    lastBn = BatchNorm1d(embeddingSize, eps: 0.001)
  }

  public var embeddingSize: Int { lastLinear.outputs }

  public override func forward(_ x: Tensor) -> Tensor {
    var x = conv2d2b(conv2d2a(conv2d1a(x))).maxPool2d(3, stride: 2)
    x = repeat1(conv2d4b(conv2d4a(conv2d3b(x))))
    x = repeat3(mixed7a(repeat2(mixed6a(x))))
    x = dropout(block8(x).adaptiveAvgPool2d(1, 1).flatten(from: 1))
    return finished(lastBn(lastLinear(x)))
  }
}
