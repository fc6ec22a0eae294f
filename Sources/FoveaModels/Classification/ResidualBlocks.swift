// The blocks of Deep Residual Learning for Image Recognition.
// Kaiming He, Xiangyu Zhang, Shaoqing Ren, Jian Sun, 2015. https://arxiv.org/abs/1512.03385

import Torch

/// Two 3x3 convolutions, added to what goes in.
public final class BasicBlock: Layer {
  let conv1: Conv2d
  let bn1: any ChannelNorm
  let conv2: Conv2d
  let bn2: any ChannelNorm
  let downsample: Sequential?

  /// A block from `inputs` to `width` channels; `stride` makes images smaller, `norm` makes a normalisation.
  public init(_ inputs: Int, _ width: Int, stride: Int = 1, norm: (Int) -> any ChannelNorm = { BatchNorm2d($0) }) {
    downsample = shortcut(inputs, width, stride: stride, norm)
    conv1 = Conv2d(inputs, width, kernel: 3, stride: stride, padding: 1, bias: false)
    bn1 = norm(width)
    conv2 = Conv2d(width, width, kernel: 3, padding: 1, bias: false)
    bn2 = norm(width)
  }

  public override func forward(_ x: Tensor) -> Tensor {
    let branch = conv1(x, norm: bn1, activation: .relu)
    return conv2(branch, norm: bn2, adding: downsample?(x) ?? x, activation: .relu)
  }
}

/// A 1x1 convolution to fewer channels, a 3x3 one, and a 1x1 one to `4 · width`, added to what goes in.
///
/// The stride is the 3x3 convolution's, as in torchvision ("ResNet v1.5"); in the paper it is the first one's.
public final class Bottleneck: Layer {
  /// How many times more channels go out than `width`.
  public static let expansion = 4

  let conv1: Conv2d
  let bn1: any ChannelNorm
  let conv2: Conv2d
  let bn2: any ChannelNorm
  let conv3: Conv2d
  let bn3: any ChannelNorm
  let downsample: Sequential?

  /// A block from `inputs` to `4 · width` channels; `stride` makes images smaller.
  ///
  /// - Parameters:
  ///   - groups: of the 3x3 convolution (ResNeXt).
  ///   - widthPerGroup: channels of each group where `width` is 64, and in proportion elsewhere.
  ///   - norm: makes a normalisation for so many channels.
  public init(
    _ inputs: Int, _ width: Int, stride: Int = 1, groups: Int = 1, widthPerGroup: Int = 64,
    norm: (Int) -> any ChannelNorm = { BatchNorm2d($0) }
  ) {
    let inner = width * widthPerGroup / 64 * groups
    let outputs = width * Bottleneck.expansion
    downsample = shortcut(inputs, outputs, stride: stride, norm)
    conv1 = Conv2d(inputs, inner, kernel: 1, bias: false)
    bn1 = norm(inner)
    conv2 = Conv2d(inner, inner, kernel: 3, stride: stride, padding: 1, groups: groups, bias: false)
    bn2 = norm(inner)
    conv3 = Conv2d(inner, outputs, kernel: 1, bias: false)
    bn3 = norm(outputs)
  }

  public override func forward(_ x: Tensor) -> Tensor {
    let inner = conv2(conv1(x, norm: bn1, activation: .relu), norm: bn2, activation: .relu)
    return conv3(inner, norm: bn3, adding: downsample?(x) ?? x, activation: .relu)
  }
}

/// What brings a block's input to the shape of its output; nothing where it has that shape.
private func shortcut(_ inputs: Int, _ outputs: Int, stride: Int, _ norm: (Int) -> any ChannelNorm) -> Sequential? {
  guard stride != 1 || inputs != outputs else { return nil }
  return Sequential(Conv2d(inputs, outputs, kernel: 1, stride: stride, bias: false), norm(outputs))
}

extension Module {
  /// Draws the weights of all convolutions for the ReLUs that follow them, as torchvision does.
  func initializeResidualConvolutions() {
    for case (_, let conv as Conv2d) in namedModules() {
      conv.weight.initialize(.kaimingNormal(fan: .out, for: .relu))
    }
  }
}
