// Feature Pyramid Networks for Object Detection.
// Tsung-Yi Lin, Piotr Dollár, Ross Girshick, Kaiming He, Bharath Hariharan, Serge Belongie, 2016.
// https://arxiv.org/abs/1612.03144
//
// Names of parameters as in torchvision.

import Torch

/// Feature maps of equal width from those of a backbone: what is seen coarsely is passed down to the finer maps.
public final class FeaturePyramid: Module {
  /// What comes after the coarsest map.
  public enum Extra: String, Sendable, Codable {
    /// Nothing.
    case none
    /// Every other pixel of the coarsest map (Faster R-CNN).
    case pool
    /// Two convolutions of stride 2, from the pyramid's coarsest map (RetinaNet).
    case convolutions
  }

  let innerBlocks: [Sequential]
  let layerBlocks: [Sequential]
  let extraBlocks: ExtraConvolutions?

  /// The channels of all maps.
  public let width: Int
  private let extra: Extra

  /// - Parameter channels: of the backbone's maps, the finest first.
  public init(channels: [Int], width: Int = 256, extra: Extra = .pool) {
    precondition(!channels.isEmpty, "a pyramid needs a feature map")
    self.width = width
    self.extra = extra
    innerBlocks = channels.map { Sequential(Conv2d($0, width, kernel: 1)) }
    layerBlocks = channels.map { _ in Sequential(Conv2d(width, width, kernel: 3, padding: 1)) }
    extraBlocks = extra == .convolutions ? ExtraConvolutions(width) : nil
    super.init()
    for case (_, let conv as Conv2d) in namedModules() {
      conv.weight.initialize(.kaimingUniform(for: .leakyRelu(slope: 1)))
      conv.bias?.initialize(.constant(0))
    }
  }

  /// Maps `[N, C, h, w]`, the finest first, to as many and the extra ones of ``width`` channels.
  public func callAsFunction(_ features: [Tensor]) -> [Tensor] {
    let last = features.count - 1
    var inner = innerBlocks[last](features[last])
    var maps = [layerBlocks[last](inner)]
    for level in stride(from: last - 1, through: 0, by: -1) {
      let side = innerBlocks[level](features[level])
      inner = side + inner.interpolate(height: side.shape[2], width: side.shape[3], mode: .nearest)
      maps.insert(layerBlocks[level](inner), at: 0)
    }
    switch extra {
    case .none: return maps
    case .pool: return maps + [maps[last].maxPool2d(1, stride: 2)]
    case .convolutions: return maps + (extraBlocks?(maps[last]) ?? [])
    }
  }
}

/// Two coarser maps.
final class ExtraConvolutions: Module {
  let p6: Conv2d
  let p7: Conv2d

  init(_ width: Int) {
    p6 = Conv2d(width, width, kernel: 3, stride: 2, padding: 1)
    p7 = Conv2d(width, width, kernel: 3, stride: 2, padding: 1)
  }

  func callAsFunction(_ x: Tensor) -> [Tensor] {
    let first = p6(x)
    return [first, p7(first.relu())]
  }
}
