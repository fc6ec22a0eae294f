// Searching for MobileNetV3.
// Andrew Howard, Mark Sandler, Grace Chu, Liang-Chieh Chen, and others, 2019. https://arxiv.org/abs/1905.02244
//
// Names of parameters as in torchvision.

import Torch

/// MobileNetV3-Large without its last layers: a backbone for slow machines.
public final class MobileNetV3Features: FeatureExtractor {
  private let layers: [Layer]

  public override class var checkpointKeys: [String: String] { ["layers": ""] }

  /// A row of the paper's table 1.
  private struct Row {
    let kernel, expanded, outputs: Int
    let hasSqueeze, hasHardswish: Bool
    let stride: Int
  }

  private static let rows = [
    (3, 16, 16, false, false, 1), (3, 64, 24, false, false, 2), (3, 72, 24, false, false, 1),
    (5, 72, 40, true, false, 2), (5, 120, 40, true, false, 1), (5, 120, 40, true, false, 1),
    (3, 240, 80, false, true, 2), (3, 200, 80, false, true, 1), (3, 184, 80, false, true, 1),
    (3, 184, 80, false, true, 1), (3, 480, 112, true, true, 1), (3, 672, 112, true, true, 1),
    (5, 672, 160, true, true, 2), (5, 960, 160, true, true, 1), (5, 960, 160, true, true, 1),
  ].map {
    Row(kernel: $0.0, expanded: $0.1, outputs: $0.2, hasSqueeze: $0.3, hasHardswish: $0.4, stride: $0.5)
  }

  /// The last layers of strides 16 and 32, whose maps are given.
  private static let givenLayers = [13, 16]

  public init(norm: BackboneNorm = .batch) {
    func makeNorm(_ channels: Int) -> any ChannelNorm {
      norm == .batch ? BatchNorm2d(channels, eps: 0.001, momentum: 0.01) : norm.layer(channels)
    }
    var layers: [Layer] = [convNorm(3, 16, kernel: 3, stride: 2, Hardswish(), makeNorm)]
    var inputs = 16
    for row in Self.rows {
      layers.append(
        SqueezedResidual(
          inputs, row.expanded, row.outputs, kernel: row.kernel, stride: row.stride, hasSqueeze: row.hasSqueeze,
          hasHardswish: row.hasHardswish, norm: makeNorm))
      inputs = row.outputs
    }
    layers.append(convNorm(inputs, 960, kernel: 1, Hardswish(), makeNorm))
    self.layers = layers
    super.init()
    for case (_, let conv as Conv2d) in namedModules() {
      conv.weight.initialize(.kaimingNormal(fan: .out))
      conv.bias?.initialize(.constant(0))
    }
  }

  public override var channels: [Int] { [160, 960] }

  public override func callAsFunction(_ x: Tensor) -> [Tensor] {
    var x = x
    var maps: [Tensor] = []
    for (index, layer) in layers.enumerated() {
      x = layer(x)
      if Self.givenLayers.contains(index) { maps.append(x) }
    }
    return maps
  }

  /// Cut where the image gets smaller.
  public override var stages: [[Module]] {
    [0..<2, 2..<4, 4..<7, 7..<13, 13..<17].map { Array(layers[$0]) }
  }
}

private func convNorm(
  _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1, _ activation: Layer?,
  _ norm: (Int) -> any ChannelNorm
) -> Sequential {
  let conv = Conv2d(
    inputs, outputs, kernel: kernel, stride: stride, padding: (kernel - 1) / 2, groups: groups, bias: false)
  return Sequential([conv, norm(outputs)] + (activation.map { [$0] } ?? []))
}

/// A 1x1 convolution to more channels (unless there are enough), a depthwise one, squeeze and excitation, and a 1x1 one
/// to few channels without activation; added to what goes in where the shapes agree.
private final class SqueezedResidual: Layer {
  let block: Sequential
  private let hasSkip: Bool

  init(
    _ inputs: Int, _ expanded: Int, _ outputs: Int, kernel: Int, stride: Int, hasSqueeze: Bool, hasHardswish: Bool,
    norm: (Int) -> any ChannelNorm
  ) {
    func activation() -> Layer { hasHardswish ? Hardswish() : ReLU() }
    var layers: [Layer] = []
    if expanded != inputs { layers.append(convNorm(inputs, expanded, kernel: 1, activation(), norm)) }
    layers.append(convNorm(expanded, expanded, kernel: kernel, stride: stride, groups: expanded, activation(), norm))
    if hasSqueeze { layers.append(SqueezeExcitation(expanded)) }
    layers.append(convNorm(expanded, outputs, kernel: 1, nil, norm))
    block = Sequential(layers)
    hasSkip = stride == 1 && inputs == outputs
  }

  override func forward(_ x: Tensor) -> Tensor { hasSkip ? block(x) + x : block(x) }
}

/// Each channel times a factor that depends on all channels' means (Hu et al., 2018).
private final class SqueezeExcitation: Layer {
  let fc1: Conv2d
  let fc2: Conv2d

  init(_ channels: Int) {
    // A quarter, rounded to a multiple of 8, but not to less than nine tenths of it.
    let quarter = Double(channels) / 4
    let rounded = max(8, Int(quarter + 4) / 8 * 8)
    let width = Double(rounded) < 0.9 * quarter ? rounded + 8 : rounded
    fc1 = Conv2d(channels, width, kernel: 1)
    fc2 = Conv2d(width, channels, kernel: 1)
  }

  override func forward(_ x: Tensor) -> Tensor { x * fc2(fc1(x.adaptiveAvgPool2d(1, 1)).relu()).hardsigmoid() }
}
