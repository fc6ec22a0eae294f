// A small network in the manner of VGG (Simonyan and Zisserman, 2014, https://arxiv.org/abs/1409.1556), as a collection
// of notebooks trains it on CIFAR-100 at 224 x 224: https://github.com/zucchini-nlp/computer-vision

import Torch

/// VGG in small, with 1x1 convolutions and batch normalisation: 1,610,176 parameters for 100 classes.
///
/// It differs from the collection's in one thing: there is no ReLU after the last layer, which would leave the logits
/// of the classes no way to be negative.
public final class SmallVGG: Layer, ImageClassifier {
  private let stem: Sequential
  private let blocks: [SmallVGGBlock]
  private let classifier: Sequential

  /// A network for images of 224 x 224, with fresh weights.
  public init(classes: Int = 100, inputChannels: Int = 3) {
    stem = Sequential(
      Conv2d(inputChannels, inputChannels, kernel: 7), BatchNorm2d(inputChannels), MaxPool2d(3, stride: 2))
    let widths = [inputChannels, 64, 64, 128, 128, 256]
    blocks = zip(widths, widths.dropFirst()).map { SmallVGGBlock($0, $1) }
    classifier = Sequential(
      AdaptiveAvgPool2d(2), Flatten(), Linear(256 * 2 * 2, 512), ReLU(isInPlace: true), Linear(512, classes))
  }

  public var head: Linear {
    get {
      guard let last = classifier[classifier.count - 1] as? Linear else { fatalError("it ends in a linear layer") }
      return last
    }
    set { classifier[classifier.count - 1] = newValue }
  }

  public override func forward(_ x: Tensor) -> Tensor { classifier(blocks.reduce(stem(x)) { $1($0) }) }
}

/// Two 3x3 convolutions, a 1x1 one and a pooling.
private final class SmallVGGBlock: Layer {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let conv2: Conv2d
  let bn2: BatchNorm2d
  let conv3: Conv2d

  init(_ inputs: Int, _ outputs: Int) {
    conv1 = Conv2d(inputs, inputs, kernel: 3, padding: 1)
    bn1 = BatchNorm2d(inputs)
    conv2 = Conv2d(inputs, outputs, kernel: 3, padding: 1)
    bn2 = BatchNorm2d(outputs)
    conv3 = Conv2d(outputs, outputs, kernel: 1)
  }

  override func forward(_ x: Tensor) -> Tensor {
    let x = conv2(conv1(x, norm: bn1, activation: .relu), norm: bn2, activation: .relu)
    return conv3(x, activation: .relu).maxPool2d(3, stride: 2)
  }
}
