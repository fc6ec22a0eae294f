// The blocks of A ConvNet for the 2020s (Liu et al., 2022, https://arxiv.org/abs/2201.03545). Names as in timm.

import Torch

/// Blocks of one width; where the width changes, a normalisation and a 2x2 convolution with stride 2 come before them.
final class ConvNeXtStage: Module {
  let downsample: Sequential?
  let blocks: [ConvNeXtBlock]

  init(from inputs: Int?, to width: Int, dropPaths: [Double], layerScale: Double) {
    downsample = inputs.map { Sequential(LayerNorm2d($0), Conv2d($0, width, kernel: 2, stride: 2)) }
    blocks = dropPaths.map { ConvNeXtBlock(width, layerScale: layerScale, dropPath: $0) }
  }
}

/// A 7x7 depthwise convolution, then two linear layers over each pixel's channels, added to what goes in.
final class ConvNeXtBlock: Layer {
  let gamma: Parameter
  let convDw: Conv2d
  let norm: LayerNorm
  let mlp: ConvNeXtMLP
  private let dropPath: DropPath

  init(_ width: Int, layerScale: Double, dropPath: Double) {
    gamma = Parameter([width], .constant(layerScale))
    convDw = Conv2d(width, width, kernel: 7, padding: 3, groups: width)
    norm = LayerNorm(width, eps: 1e-6)
    mlp = ConvNeXtMLP(width)
    self.dropPath = DropPath(dropPath)
  }

  override func forward(_ x: Tensor) -> Tensor {
    let branch = mlp(norm(convDw(x).permute(0, 2, 3, 1))) * gamma.value
    return x + dropPath(branch.permute(0, 3, 1, 2))
  }
}

/// Two linear layers, the inner one four times as wide.
final class ConvNeXtMLP: Layer {
  let fc1: Linear
  let fc2: Linear

  init(_ width: Int) {
    fc1 = Linear(width, 4 * width)
    fc2 = Linear(4 * width, width)
  }

  override func forward(_ x: Tensor) -> Tensor { fc2(fc1(x, activation: .gelu())) }
}

/// Layer normalisation of each pixel's channels, `[N, C, H, W]`.
final class LayerNorm2d: Layer {
  let weight: Parameter
  let bias: Parameter
  private let eps: Double

  init(_ channels: Int, eps: Double = 1e-6) {
    weight = Parameter([channels], .constant(1))
    bias = Parameter([channels], .constant(0))
    self.eps = eps
  }

  override func forward(_ x: Tensor) -> Tensor {
    x.permute(0, 2, 3, 1).layerNorm([weight.value.count], weight: weight.value, bias: bias.value, eps: eps)
      .permute(0, 3, 1, 2)
  }
}
