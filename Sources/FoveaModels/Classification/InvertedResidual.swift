// MobileNetV2: Inverted Residuals and Linear Bottlenecks.
// Mark Sandler, Andrew Howard, Menglong Zhu, Andrey Zhmoginov, Liang-Chieh Chen, 2018. https://arxiv.org/abs/1801.04381

import Torch

/// A 1x1 convolution to more channels (left out where `expansion` is 1), a depthwise one, and a 1x1 one to few channels
/// without activation; added to what goes in where the shapes agree.
final class InvertedResidual: Layer {
  private let expand: PaddedConv2d?
  private let expandNorm: BatchNorm2d?
  private let depthwise: PaddedConv2d
  private let depthwiseNorm: BatchNorm2d
  private let project: PaddedConv2d
  private let projectNorm: BatchNorm2d
  private let dropPath: DropPath
  private let hasSkip: Bool

  init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int, expansion: Int,
    convention: EfficientNetLite0.Convention, dropPath: Double
  ) {
    let width = inputs * expansion
    let expands = expansion != 1
    expand = expands ? PaddedConv2d(inputs, width, kernel: 1, convention: convention) : nil
    expandNorm = expands ? convention.norm(width) : nil
    depthwise = PaddedConv2d(
      width, width, kernel: kernel, stride: stride, groups: width, convention: convention)
    depthwiseNorm = convention.norm(width)
    project = PaddedConv2d(width, outputs, kernel: 1, convention: convention)
    projectNorm = convention.norm(outputs)
    self.dropPath = DropPath(dropPath)
    hasSkip = stride == 1 && inputs == outputs
  }

  /// timm's names, which count from the first layer that there is.
  override func members() -> [(key: String, member: Member)] {
    var members: [(key: String, member: Member)] = []
    if let expand, let expandNorm { members += [("conv_pw", .child(expand)), ("bn1", .child(expandNorm))] }
    members += [("conv_dw", .child(depthwise)), (expand == nil ? "bn1" : "bn2", .child(depthwiseNorm))]
    members += [(expand == nil ? "conv_pw" : "conv_pwl", .child(project))]
    members += [(expand == nil ? "bn2" : "bn3", .child(projectNorm)), ("drop_path", .child(dropPath))]
    return members
  }

  override func forward(_ x: Tensor) -> Tensor {
    var branch = x
    if let expand, let expandNorm { branch = expandNorm(expand(branch)).relu6() }
    branch = depthwiseNorm(depthwise(branch)).relu6()
    branch = projectNorm(project(branch))
    return hasSkip ? dropPath(branch) + x : branch
  }
}

/// A 2-D convolution without bias whose result is `⌈size / stride⌉`, padded after the custom of PyTorch or TensorFlow.
final class PaddedConv2d: Layer {
  let weight: Parameter
  let stride: Int
  let groups: Int
  private let convention: EfficientNetLite0.Convention

  init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1,
    convention: EfficientNetLite0.Convention
  ) {
    weight = Parameter(
      [outputs, inputs / groups, kernel, kernel], .kaimingUniform(for: .leakyRelu(slope: 5.0.squareRoot())))
    self.stride = stride
    self.groups = groups
    self.convention = convention
  }

  override func forward(_ x: Tensor) -> Tensor {
    let kernel = weight.value.shape[2]
    // Without a stride both customs agree.
    if convention == .pyTorch || stride == 1 {
      return x.conv2d(weight.value, stride: stride, padding: (kernel - 1) / 2, groups: groups)
    }
    func padding(_ size: Int) -> Int {
      let steps = (size + stride - 1) / stride - 1
      return max(0, steps * stride + kernel - size)
    }
    let (height, width) = (padding(x.shape[2]), padding(x.shape[3]))
    return x.pad([width / 2, width - width / 2, height / 2, height - height / 2])
      .conv2d(weight.value, stride: stride, groups: groups)
  }
}
