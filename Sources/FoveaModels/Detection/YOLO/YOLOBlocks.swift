// CSPNet: A New Backbone that can Enhance Learning Capability of CNN (Wang et al., 2019). https://arxiv.org/abs/1911.11929
//
// Spatial Pyramid Pooling in Deep Convolutional Networks for Visual Recognition (He et al., 2014).
// https://arxiv.org/abs/1406.4729

import Torch

/// A convolution, batch normalisation and SiLU.
final class ConvNormSiLU: Layer {
  let conv: Conv2d
  let bn: BatchNorm2d

  init(_ inputs: Int, _ outputs: Int, kernel: Int = 1, stride: Int = 1, padding: Int? = nil) {
    conv = Conv2d(
      inputs, outputs, kernel: kernel, stride: stride, padding: padding ?? kernel / 2, bias: false)
    bn = BatchNorm2d(outputs, eps: 1e-3, momentum: 0.03)
  }

  override func forward(_ x: Tensor) -> Tensor { conv(x, norm: bn, activation: .silu) }
}

/// A 1x1 and a 3x3 convolution, added to what goes in unless told not to.
final class YOLOBottleneck: Layer {
  let cv1: ConvNormSiLU
  let cv2: ConvNormSiLU
  private let hasSkip: Bool

  init(_ width: Int, hasSkip: Bool) {
    cv1 = ConvNormSiLU(width, width)
    cv2 = ConvNormSiLU(width, width, kernel: 3)
    self.hasSkip = hasSkip
  }

  override func forward(_ x: Tensor) -> Tensor { hasSkip ? x + cv2(cv1(x)) : cv2(cv1(x)) }
}

/// Half of the channels go through bottlenecks, the other half past them (a cross-stage partial block).
final class CrossStageBlock: Layer {
  let cv1: ConvNormSiLU
  let cv2: ConvNormSiLU
  let cv3: ConvNormSiLU
  let m: Sequential

  init(_ inputs: Int, _ outputs: Int, depth: Int, hasSkip: Bool = true) {
    let width = outputs / 2
    cv1 = ConvNormSiLU(inputs, width)
    cv2 = ConvNormSiLU(inputs, width)
    cv3 = ConvNormSiLU(2 * width, outputs)
    m = Sequential((0..<depth).map { _ in YOLOBottleneck(width, hasSkip: hasSkip) })
  }

  override func forward(_ x: Tensor) -> Tensor { cv3(Tensor.cat([m(cv1(x)), cv2(x)], dim: 1)) }
}

/// Maxima over windows of 5, 9 and 13 pixels beside the map itself: three poolings of 5, one after the other.
final class PyramidPooling: Layer {
  let cv1: ConvNormSiLU
  let cv2: ConvNormSiLU

  init(_ width: Int) {
    cv1 = ConvNormSiLU(width, width / 2)
    cv2 = ConvNormSiLU(width / 2 * 4, width)
  }

  override func forward(_ x: Tensor) -> Tensor {
    var maps = [cv1(x)]
    for _ in 0..<3 { maps.append(maps[maps.count - 1].maxPool2d(5, stride: 1, padding: 2)) }
    return cv2(Tensor.cat(maps, dim: 1))
  }
}
