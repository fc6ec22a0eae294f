// Going Deeper with Convolutions.
// Christian Szegedy, Wei Liu, Yangqing Jia, Pierre Sermanet, Scott Reed, Dragomir Anguelov, Dumitru Erhan,
// Vincent Vanhoucke, Andrew Rabinovich, 2014. https://arxiv.org/abs/1409.4842
//
// As torchvision has it: with batch normalisation, 3x3 in place of the 5x5 convolutions, and its names of parameters.

import Torch

/// GoogLeNet (Inception v1), without the auxiliary heads that only training from scratch in 2014 needed.
public final class GoogLeNet: Layer, ImageClassifier {
  let conv1: NormalizedConv2d
  let conv2: NormalizedConv2d
  let conv3: NormalizedConv2d
  let inception3a = Inception(192, 64, (96, 128), (16, 32), 32)
  let inception3b = Inception(256, 128, (128, 192), (32, 96), 64)
  let inception4a = Inception(480, 192, (96, 208), (16, 48), 64)
  let inception4b = Inception(512, 160, (112, 224), (24, 64), 64)
  let inception4c = Inception(512, 128, (128, 256), (24, 64), 64)
  let inception4d = Inception(512, 112, (144, 288), (32, 64), 64)
  let inception4e = Inception(528, 256, (160, 320), (32, 128), 128)
  let inception5a = Inception(832, 256, (160, 320), (32, 128), 128)
  let inception5b = Inception(832, 384, (192, 384), (48, 128), 128)
  let dropout: Dropout
  /// The last layer.
  public var fc: Linear

  /// Whether images normalised as ImageNet's usually are get the normalisation that the published weights were trained
  /// with (0.5 ± 0.5 in every channel).
  public let transformInput: Bool

  /// A network with fresh weights, drawn as torchvision does.
  ///
  /// - Parameter transformInput: set it with the published weights; needs three channels.
  public init(classes: Int = 1000, inputChannels: Int = 3, transformInput: Bool = false, dropout: Double = 0.2) {
    precondition(!transformInput || inputChannels == 3, "transformInput is for images of three channels")
    self.transformInput = transformInput
    self.dropout = Dropout(dropout)
    conv1 = NormalizedConv2d(inputChannels, 64, kernel: 7, stride: 2, padding: 3)
    conv2 = NormalizedConv2d(64, 64, kernel: 1)
    conv3 = NormalizedConv2d(64, 192, kernel: 3, padding: 1)
    fc = Linear(1024, classes)
    super.init()
    for (_, module) in namedModules() {
      switch module {
      case let conv as Conv2d: conv.weight.initialize(.truncatedNormal(std: 0.01))
      case let linear as Linear: linear.weight.initialize(.truncatedNormal(std: 0.01))
      default: break
      }
    }
  }

  /// Without the auxiliary heads.
  public func adapted(_ published: StateDict) -> StateDict {
    published.mapKeys { key in ["aux1.", "aux2."].contains { key.hasPrefix($0) } ? nil : key }
  }

  public var head: Linear {
    get { fc }
    set { fc = newValue }
  }

  public override func forward(_ x: Tensor) -> Tensor {
    var x = transformInput ? renormalized(x) : x
    x = conv1(x).maxPool2d(3, stride: 2, ceilMode: true)
    x = conv3(conv2(x)).maxPool2d(3, stride: 2, ceilMode: true)
    x = inception3b(inception3a(x)).maxPool2d(3, stride: 2, ceilMode: true)
    x = inception4e(inception4d(inception4c(inception4b(inception4a(x))))).maxPool2d(2, stride: 2, ceilMode: true)
    x = inception5b(inception5a(x))
    return fc(dropout(x.adaptiveAvgPool2d(1, 1).flatten(from: 1)))
  }

  /// From ImageNet's mean and deviation to 0.5 and 0.5.
  private func renormalized(_ x: Tensor) -> Tensor {
    let mean = Tensor([0.485, 0.456, 0.406], shape: [3, 1, 1]).to(x.device).to(x.dtype)
    let std = Tensor([0.229, 0.224, 0.225], shape: [3, 1, 1]).to(x.device).to(x.dtype)
    return (x * std + mean - 0.5) / 0.5
  }
}

/// Four branches that see windows of different sizes, side by side in the result's channels.
final class Inception: Layer {
  let branch1: NormalizedConv2d
  let branch2: Sequential
  let branch3: Sequential
  let branch4: Sequential

  /// Widths as in the paper's table 1: the 1x1 branch; the reduction and width of the 3x3 and of the "5x5" branch; the
  /// projection after pooling.
  init(_ inputs: Int, _ one: Int, _ three: (Int, Int), _ five: (Int, Int), _ pool: Int) {
    branch1 = NormalizedConv2d(inputs, one, kernel: 1)
    branch2 = Sequential(
      NormalizedConv2d(inputs, three.0, kernel: 1), NormalizedConv2d(three.0, three.1, kernel: 3, padding: 1))
    branch3 = Sequential(
      NormalizedConv2d(inputs, five.0, kernel: 1), NormalizedConv2d(five.0, five.1, kernel: 3, padding: 1))
    branch4 = Sequential(
      MaxPool2d(3, stride: 1, padding: 1, ceilMode: true), NormalizedConv2d(inputs, pool, kernel: 1))
  }

  override func forward(_ x: Tensor) -> Tensor {
    Tensor.cat([branch1(x), branch2(x), branch3(x), branch4(x)], dim: 1)
  }
}

/// Convolution, batch normalisation, ReLU.
final class NormalizedConv2d: Layer {
  let conv: Conv2d
  let bn: BatchNorm2d

  init(_ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0) {
    conv = Conv2d(inputs, outputs, kernel: kernel, stride: stride, padding: padding, bias: false)
    bn = BatchNorm2d(outputs, eps: 0.001)
  }

  override func forward(_ x: Tensor) -> Tensor { conv(x, norm: bn, activation: .relu) }
}
