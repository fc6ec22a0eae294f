// The blocks of InceptionResnetV1.

import Torch

/// A convolution, batch normalisation and ReLU.
final class InceptionConv: Layer {
  private let conv: RectangularConv2d
  private let bn: BatchNorm2d

  init(_ inputs: Int, _ outputs: Int, _ kernel: (Int, Int), stride: Int = 1, padding: (Int, Int) = (0, 0)) {
    conv = RectangularConv2d(inputs, outputs, kernel: kernel, stride: stride, padding: padding)
    bn = BatchNorm2d(outputs, eps: 0.001)
  }

  convenience init(_ inputs: Int, _ outputs: Int, _ kernel: Int, stride: Int = 1, padding: Int = 0) {
    self.init(inputs, outputs, (kernel, kernel), stride: stride, padding: (padding, padding))
  }

  override func forward(_ x: Tensor) -> Tensor { bn(conv(x)).relu_() }
}

/// A convolution without bias, whose window may be higher than wide.
final class RectangularConv2d: Layer {
  private let weight: Parameter
  private let stride: Int
  private let padding: (Int, Int)

  init(_ inputs: Int, _ outputs: Int, kernel: (Int, Int), stride: Int, padding: (Int, Int)) {
    weight = Parameter(
      [outputs, inputs, kernel.0, kernel.1], .kaimingUniform(for: .leakyRelu(slope: 5.0.squareRoot())))
    self.stride = stride
    self.padding = padding
  }

  override func forward(_ x: Tensor) -> Tensor {
    x.conv2d(weight.value, stride: (stride, stride), padding: padding)
  }
}

/// Branches side by side, brought back to the width of the input by a 1x1 convolution, scaled and added to it.
final class InceptionResidual: Layer {
  private let branches: [Layer]
  private let conv2d: Conv2d
  private let scale: Double
  private let hasReLU: Bool

  init(_ branches: [Layer], features: Int, width: Int, scale: Double, hasReLU: Bool = true) {
    self.branches = branches
    conv2d = Conv2d(features, width, kernel: 1)
    self.scale = scale
    self.hasReLU = hasReLU
  }

  override func members() -> [(key: String, member: Member)] { super.members().map(branchKey) }

  override func forward(_ x: Tensor) -> Tensor {
    let sum = conv2d(Tensor.cat(branches.map { $0(x) }, dim: 1)) * scale + x
    return hasReLU ? sum.relu_() : sum
  }

  /// For 35 x 35 maps of the paper; 256 channels.
  static func block35(scale: Double) -> InceptionResidual {
    InceptionResidual(
      [
        InceptionConv(256, 32, 1),
        Sequential(InceptionConv(256, 32, 1), InceptionConv(32, 32, 3, padding: 1)),
        Sequential(
          InceptionConv(256, 32, 1), InceptionConv(32, 32, 3, padding: 1), InceptionConv(32, 32, 3, padding: 1)),
      ], features: 96, width: 256, scale: scale)
  }

  /// For 17 x 17 maps of the paper; 896 channels.
  static func block17(scale: Double) -> InceptionResidual {
    InceptionResidual(
      [
        InceptionConv(896, 128, 1),
        Sequential(
          InceptionConv(896, 128, 1), InceptionConv(128, 128, (1, 7), padding: (0, 3)),
          InceptionConv(128, 128, (7, 1), padding: (3, 0))),
      ], features: 256, width: 896, scale: scale)
  }

  /// For 8 x 8 maps of the paper; 1,792 channels.
  static func block8(scale: Double, hasReLU: Bool = true) -> InceptionResidual {
    InceptionResidual(
      [
        InceptionConv(1792, 192, 1),
        Sequential(
          InceptionConv(1792, 192, 1), InceptionConv(192, 192, (1, 3), padding: (0, 1)),
          InceptionConv(192, 192, (3, 1), padding: (1, 0))),
      ], features: 384, width: 1792, scale: scale, hasReLU: hasReLU)
  }
}

/// From 256 channels to 896, half the size.
final class Mixed6a: Layer {
  private let branch0 = InceptionConv(256, 384, 3, stride: 2)
  private let branch1 = Sequential(
    InceptionConv(256, 192, 1), InceptionConv(192, 192, 3, padding: 1), InceptionConv(192, 256, 3, stride: 2))

  override func forward(_ x: Tensor) -> Tensor {
    Tensor.cat([branch0(x), branch1(x), x.maxPool2d(3, stride: 2)], dim: 1)
  }
}

/// From 896 channels to 1,792, half the size.
final class Mixed7a: Layer {
  private let branch0 = Sequential(InceptionConv(896, 256, 1), InceptionConv(256, 384, 3, stride: 2))
  private let branch1 = Sequential(InceptionConv(896, 256, 1), InceptionConv(256, 256, 3, stride: 2))
  private let branch2 = Sequential(
    InceptionConv(896, 256, 1), InceptionConv(256, 256, 3, padding: 1), InceptionConv(256, 256, 3, stride: 2))

  override func forward(_ x: Tensor) -> Tensor {
    Tensor.cat([branch0(x), branch1(x), branch2(x), x.maxPool2d(3, stride: 2)], dim: 1)
  }
}

/// `branches.1` becomes `branch1`.
private func branchKey(_ key: String, _ member: Module.Member) -> (key: String, member: Module.Member) {
  (key.hasPrefix("branches.") ? "branch" + key.dropFirst("branches.".count) : key, member)
}
