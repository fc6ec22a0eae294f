// Very Deep Convolutional Networks for Large-Scale Image Recognition.
// Karen Simonyan, Andrew Zisserman, 2014. https://arxiv.org/abs/1409.1556
//
// Batch normalisation came later (Ioffe and Szegedy, 2015): the `_bn` variants. Names of parameters as in torchvision.

import Torch

/// VGG: 3x3 convolutions and max-pooling, then three linear layers.
///
/// With ``Stem/cifar`` there is one linear layer, from the 512 features that are left of a 32 x 32 image, since the three
/// large ones hold nine tenths of the parameters and were made for 7 x 7 x 512 features.
public final class VGG: Layer, ImageClassifier {
  /// How many layers have weights: the paper's configurations A, B, D and E.
  public enum Depth: Int, Sendable, CaseIterable {
    case vgg11 = 11
    case vgg13 = 13
    case vgg16 = 16
    case vgg19 = 19

    /// How many convolutions come before each of the five poolings.
    var convolutions: [Int] {
      switch self {
      case .vgg11: [1, 1, 2, 2, 2]
      case .vgg13: [2, 2, 2, 2, 2]
      case .vgg16: [2, 2, 3, 3, 3]
      case .vgg19: [2, 2, 4, 4, 4]
      }
    }
  }

  /// Convolutions, their activations and poolings, as torchvision counts them.
  public let features: Sequential
  private let avgpool: AdaptiveAvgPool2d
  /// The linear layers; the last one gives the logits.
  public let classifier: Sequential

  /// A network with fresh weights, drawn as torchvision does.
  ///
  /// - Parameters:
  ///   - batchNorm: normalises after every convolution.
  ///   - dropout: of the outputs of the linear layers before the last one.
  public init(
    _ depth: Depth, batchNorm: Bool = true, classes: Int = 1000, inputChannels: Int = 3, stem: Stem = .imageNet,
    dropout: Double = 0.5
  ) {
    features = VGG.features(depth, batchNorm: batchNorm, inputChannels: inputChannels)
    switch stem {
    case .imageNet:
      avgpool = AdaptiveAvgPool2d(7)
      classifier = Sequential(
        Linear(512 * 7 * 7, 4096), ReLU(isInPlace: true), Dropout(dropout),
        Linear(4096, 4096), ReLU(isInPlace: true), Dropout(dropout),
        Linear(4096, classes))
    case .cifar:
      avgpool = AdaptiveAvgPool2d(1)
      classifier = Sequential(Linear(512, classes))
    }
    super.init()
    for (_, module) in namedModules() {
      switch module {
      case let conv as Conv2d:
        conv.weight.initialize(.kaimingNormal(fan: .out, for: .relu))
        conv.bias?.initialize(.constant(0))
      case let linear as Linear:
        linear.weight.initialize(.normal(std: 0.01))
        linear.bias?.initialize(.constant(0))
      default: break
      }
    }
  }

  private static func features(_ depth: Depth, batchNorm: Bool, inputChannels: Int) -> Sequential {
    var layers: [Layer] = []
    var channels = inputChannels
    for (width, count) in zip([64, 128, 256, 512, 512], depth.convolutions) {
      for _ in 0..<count {
        layers.append(Conv2d(channels, width, kernel: 3, padding: 1))
        if batchNorm { layers.append(BatchNorm2d(width)) }
        layers.append(ReLU(isInPlace: true))
        channels = width
      }
      layers.append(MaxPool2d(2))
    }
    return Sequential(layers)
  }

  public var head: Linear {
    get {
      guard let last = classifier[classifier.count - 1] as? Linear else { fatalError("VGG ends in a linear layer") }
      return last
    }
    set { classifier[classifier.count - 1] = newValue }
  }

  public override func forward(_ x: Tensor) -> Tensor { classifier(avgpool(features(x)).flatten(from: 1)) }
}
