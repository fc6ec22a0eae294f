import Torch

/// What looks at the image for a captioner that is trained from scratch: images `[N, C, H, W]` to `[N, places, width]`.
public enum CaptionEncoder: String, Sendable, CaseIterable, Codable {
  /// A small residual network for images of about 64 pixels: one place for each 8 x 8 pixels.
  case small
  /// A small vision transformer: one place for each 8 x 8 pixels.
  case patches
  /// ResNet-18 without its head: one place for each 32 x 32 pixels, 512 wide. It can start from ImageNet's weights.
  case resnet18
  case resnet50

  /// A network with fresh weights.
  ///
  /// - Parameters:
  ///   - width: of what it gives; ResNets have their own.
  ///   - imageSize: the side of the images.
  func make(width: Int, imageSize: Int) -> any ImageEncoder {
    switch self {
    case .small: SmallEncoder(width: width)
    case .patches: PatchEncoder(width: width, imageSize: imageSize)
    case .resnet18: ResNetEncoder(.resnet18, width: 512)
    case .resnet50: ResNetEncoder(.resnet50, width: 2048)
    }
  }
}

/// A network from images `[N, C, H, W]` to places `[N, places, width]`.
protocol ImageEncoder: Layer {
  var width: Int { get }
}

/// A small residual network (He et al., 2015) that sees, beside the colours of a pixel, where it is (CoordConv; Liu et al.,
/// 2018, https://arxiv.org/abs/1807.03247): sentences tell left from right, and convolutions alone cannot.
final class SmallEncoder: Layer, ImageEncoder {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let stages: [BasicBlock]
  let width: Int

  init(width: Int) {
    self.width = width
    conv1 = Conv2d(5, width / 4, kernel: 3, stride: 2, padding: 1, bias: false)
    bn1 = BatchNorm2d(width / 4)
    stages = [BasicBlock(width / 4, width / 2, stride: 2), BasicBlock(width / 2, width, stride: 2)]
    super.init()
    initializeResidualConvolutions()
  }

  override func forward(_ x: Tensor) -> Tensor {
    let (count, height, width) = (x.shape[0], x.shape[2], x.shape[3])
    let columns = Tensor.linspace(-1, 1, count: width, device: x.device).reshape(1, 1, 1, width)
    let rows = Tensor.linspace(-1, 1, count: height, device: x.device).reshape(1, 1, height, 1)
    let placed = Tensor.cat(
      [x, columns.expand(count, 1, height, width).to(x.dtype), rows.expand(count, 1, height, width).to(x.dtype)], dim: 1
    )
    return stages.reduce(bn1(conv1(placed)).relu_()) { $1($0) }.flatten(from: 2).transpose(1, 2)
  }
}

/// A ResNet's last feature map.
final class ResNetEncoder: Layer, ImageEncoder {
  let resnet: ResNet
  let width: Int

  init(_ variant: ResNet.Variant, width: Int) {
    resnet = ResNet(variant, classes: 1)
    self.width = width
  }

  override func forward(_ x: Tensor) -> Tensor { resnet.features(x)[3].flatten(from: 2).transpose(1, 2) }
}

/// A small vision transformer's patches.
final class PatchEncoder: Layer, ImageEncoder {
  let vit: VisionTransformer
  let width: Int

  init(width: Int, imageSize: Int) {
    self.width = width
    var configuration = VisionTransformer.Configuration(width: width, depth: 3, heads: 4)
    configuration.imageSize = imageSize
    configuration.patchSize = 8
    vit = VisionTransformer(configuration, classes: 1)
  }

  override func forward(_ x: Tensor) -> Tensor { vit.tokens(x)[.all, 1...] }
}
