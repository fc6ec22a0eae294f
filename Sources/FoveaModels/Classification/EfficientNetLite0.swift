// EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks.
// Mingxing Tan, Quoc V. Le, 2019. https://arxiv.org/abs/1905.11946
//
// The Lite variant, for phones: no squeeze-and-excitation, ReLU6 in place of swish.
// Renjie Liu, 2020. https://blog.tensorflow.org/2020/03/higher-accuracy-on-vision-models-with-efficientnet-lite.html
//
// Names of parameters as in timm.

import Torch

/// EfficientNet-Lite0: inverted residual blocks with depthwise convolutions, 4,652,008 parameters.
public final class EfficientNetLite0: Layer, ImageClassifier {
  /// Whose conventions weights were trained with; they decide how images are padded, and so what weights compute.
  public enum Convention: Sendable {
    /// PyTorch's: the same padding on all sides.
    case pyTorch
    /// TensorFlow's, where the published weights come from: as much padding as the result's size needs, the odd pixel at
    /// the right and the bottom; 0.001 added to variances; running statistics that move by a hundredth.
    case tensorFlow
  }

  let convStem: Conv2d
  let bn1: BatchNorm2d
  let blocks: [Sequential]
  let convHead: Conv2d
  let bn2: BatchNorm2d
  let dropout: Dropout
  /// The last layer.
  public var classifier: Linear

  /// A network with fresh weights, drawn as timm does.
  ///
  /// - Parameters:
  ///   - dropout: of the features before the last layer; the paper has 0.2.
  ///   - dropPath: the probability of leaving the last block out in training; earlier ones less, in proportion.
  public init(
    classes: Int = 1000, inputChannels: Int = 3, convention: Convention = .pyTorch, dropout: Double = 0,
    dropPath: Double = 0
  ) {
    convStem = convention.conv(inputChannels, 32, kernel: 3, stride: 2)
    bn1 = convention.norm(32)
    let count = EfficientNetLite0.stages.reduce(0) { $0 + $1.blocks }
    var channels = 32
    var index = 0
    var built: [Sequential] = []
    for stage in EfficientNetLite0.stages {
      var layers: [Layer] = []
      for block in 0..<stage.blocks {
        layers.append(
          InvertedResidual(
            channels, stage.width, kernel: stage.kernel, stride: block == 0 ? stage.stride : 1,
            expansion: stage.expansion, convention: convention, dropPath: dropPath * Double(index) / Double(count)))
        channels = stage.width
        index += 1
      }
      built.append(Sequential(layers))
    }
    blocks = built
    convHead = convention.conv(channels, 1280, kernel: 1)
    bn2 = convention.norm(1280)
    self.dropout = Dropout(dropout)
    classifier = Linear(1280, classes)
    super.init()
    initialize()
  }

  /// The paper's table 1, with fixed first and last stages.
  static let stages: [(expansion: Int, kernel: Int, stride: Int, blocks: Int, width: Int)] = [
    (1, 3, 1, 1, 16),
    (6, 3, 2, 2, 24),
    (6, 5, 2, 2, 40),
    (6, 3, 2, 3, 80),
    (6, 5, 1, 3, 112),
    (6, 5, 2, 4, 192),
    (6, 3, 1, 1, 320),
  ]

  private func initialize() {
    for (_, module) in namedModules() {
      switch module {
      case let conv as Conv2d:
        // The fan out of a depthwise convolution is that of one group.
        let weight = conv.weight.value.shape
        let fanOut = weight[0] * weight[2] * weight[3] / conv.groups
        conv.weight.initialize(.normal(std: (2 / Double(fanOut)).squareRoot()))
      case let linear as Linear:
        let bound = 1 / Double(linear.outputs).squareRoot()
        linear.weight.initialize(.uniform(-bound, bound))
        linear.bias?.initialize(.constant(0))
      default: break
      }
    }
  }

  public var head: Linear {
    get { classifier }
    set { classifier = newValue }
  }

  public override func forward(_ x: Tensor) -> Tensor {
    let features = blocks.reduce(convStem(x, norm: bn1, activation: .relu6)) { $1($0) }
    let pooled = convHead(features, norm: bn2, activation: .relu6).adaptiveAvgPool2d(1, 1)
    return classifier(dropout(pooled.flatten(from: 1)))
  }
}

extension EfficientNetLite0.Convention {
  /// A convolution without bias whose result is `⌈size / stride⌉`.
  func conv(_ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1) -> Conv2d {
    // Without a stride both customs agree.
    let padsBySize = self == .tensorFlow && stride > 1
    return Conv2d(
      inputs, outputs, kernel: kernel, stride: stride, padding: padsBySize ? 0 : (kernel - 1) / 2, groups: groups,
      bias: false, samePadding: padsBySize)
  }

  func norm(_ channels: Int) -> BatchNorm2d {
    switch self {
    case .pyTorch: BatchNorm2d(channels)
    case .tensorFlow: BatchNorm2d(channels, eps: 1e-3, momentum: 0.01)
    }
  }
}
