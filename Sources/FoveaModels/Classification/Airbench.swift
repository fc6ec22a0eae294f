import Torch

/// A network for images of 32 x 32 that learns in few operations (Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single
/// GPU", 2024, https://arxiv.org/abs/2404.00498): a first layer that takes the correlations out of 2x2 patches, worked out from
/// the training images, then three blocks whose convolutions start by passing on what they get.
public final class Airbench: Layer, ImageClassifier {
  /// From images to two filters for each direction in a patch's numbers: it and its negative.
  public let whitening: Conv2d
  private let blocks: [AirbenchBlock]
  /// The last layer, without a bias.
  public var head: Linear

  /// A network with fresh weights; before it is trained, ``whiten(_:)`` sets the first layer.
  ///
  /// - Parameter widths: the channels of the blocks, none fewer than those before it.
  public init(classes: Int = 10, inputChannels: Int = 3, widths: [Int] = [64, 256, 256]) {
    var channels = 2 * inputChannels * 4
    precondition(widths.first.map { $0 >= channels } ?? false, "a first block of \(channels) channels or more")
    whitening = Conv2d(inputChannels, channels, kernel: 2)
    blocks = widths.map { width in
      defer { channels = width }
      return AirbenchBlock(channels, width)
    }
    head = Linear(channels, classes, bias: false)
    super.init()
    whitening.bias?.initialize(.constant(0))
    head.weight.initialize(.normal(std: Self.temperature / 256))
  }

  /// Sets the first layer's filters to the eigenvectors of the 2x2 patches' covariance, each divided by its standard
  /// deviation, and fixes them there; only the bias goes on learning.
  ///
  /// - Parameter images: some normalised training images, `[N, C, H, W]`; thousands give a good estimate.
  public func whiten(_ images: Tensor) {
    withNoGrad {
      let weight = whitening.weight.value.detach()
      let patches = images.unfold(kernel: 2).transpose(1, 2).flatten(to: 1)
      let (variances, directions) = (patches.mT.matmul(patches) / Double(patches.shape[0])).eigh()
      // The weakest direction is noise, which is not to be blown up.
      let filters = (directions * (variances + 5e-4).rsqrt()).mT
      _ = weight.copy_(Tensor.cat([filters, -filters]).reshape(weight.shape.sizes))
    }
    whitening.weight.value.requiresGrad = false
  }

  /// The last maps before their largest numbers are taken, `[N, C, H', W']`: what Grad-CAM looks at.
  public func features(_ x: Tensor) -> Tensor { blocks.reduce(whitening(x, activation: .gelu())) { $1($0) } }

  /// What the logits are divided by. In the published settings biases have some 5,000 times the learning rate that the last
  /// layer's logits amount to; divided by this, both can have the same.
  private static let temperature = 72.0

  public override func forward(_ x: Tensor) -> Tensor {
    head(features(x).amax(dims: [2, 3])) / Self.temperature
  }
}

/// Two convolutions, images half as large after the first one.
final class AirbenchBlock: Layer {
  private let conv1: Conv2d
  private let bn1: BatchNorm2d
  private let conv2: Conv2d
  private let bn2: BatchNorm2d

  init(_ inputs: Int, _ width: Int) {
    conv1 = Conv2d(inputs, width, kernel: 3, padding: 1, bias: false)
    bn1 = BatchNorm2d(width, momentum: 0.4)
    conv2 = Conv2d(width, width, kernel: 3, padding: 1, bias: false)
    bn2 = BatchNorm2d(width, momentum: 0.4)
    super.init()
    for conv in [conv1, conv2] { startAsIdentity(conv) }
    // The convolution behind it has a scale of its own.
    for norm in [bn1, bn2] { norm.weight.value.requiresGrad = false }
  }

  /// The first filters pass their channel on; those beyond the inputs' number stay random.
  private func startAsIdentity(_ conv: Conv2d) {
    withNoGrad {
      let filters = conv.weight.value.detach()[0..<conv.inputs]
      _ = filters.fill_(0)
      _ = filters[.all, .all, 1, 1].copy_(Tensor.eye(conv.inputs))
    }
  }

  override func forward(_ x: Tensor) -> Tensor {
    let halved = bn1(conv1(x).maxPool2d(2)).gelu()
    return conv2(halved, norm: bn2, activation: .gelu())
  }
}
