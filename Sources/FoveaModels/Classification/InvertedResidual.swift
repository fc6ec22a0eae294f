// MobileNetV2: Inverted Residuals and Linear Bottlenecks.
// Mark Sandler, Andrew Howard, Menglong Zhu, Andrey Zhmoginov, Liang-Chieh Chen, 2018. https://arxiv.org/abs/1801.04381

import Torch

/// A 1x1 convolution to more channels (left out where `expansion` is 1), a depthwise one, and a 1x1 one to few channels
/// without activation; added to what goes in where the shapes agree.
final class InvertedResidual: Layer {
  private let expand: Conv2d?
  private let expandNorm: BatchNorm2d?
  private let depthwise: Conv2d
  private let depthwiseNorm: BatchNorm2d
  private let project: Conv2d
  private let projectNorm: BatchNorm2d
  private let dropPath: DropPath
  private let hasSkip: Bool

  init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int, expansion: Int,
    convention: EfficientNetLite0.Convention, dropPath: Double
  ) {
    let width = inputs * expansion
    let expands = expansion != 1
    expand = expands ? convention.conv(inputs, width, kernel: 1) : nil
    expandNorm = expands ? convention.norm(width) : nil
    depthwise = convention.conv(width, width, kernel: kernel, stride: stride, groups: width)
    depthwiseNorm = convention.norm(width)
    project = convention.conv(width, outputs, kernel: 1)
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
    if let expand { branch = expand(branch, norm: expandNorm, activation: .relu6) }
    branch = depthwise(branch, norm: depthwiseNorm, activation: .relu6)
    guard hasSkip else { return project(branch, norm: projectNorm) }
    if dropPath.isDropping { return dropPath(project(branch, norm: projectNorm)) + x }
    return project(branch, norm: projectNorm, adding: x)
  }
}
