import Foundation
import Torch

/// VGG-16 up to its fifth stage, with its linear layers as convolutions, and four smaller steps: six maps of strides 8 to 300.
final class SSDFeatures: FeatureExtractor {
  let scaleWeight: Parameter
  let features: Sequential
  let extra: [Sequential]

  static let channels = [512, 1024, 512, 256, 256, 256]
  override var channels: [Int] { SSDFeatures.channels }

  override init() {
    let layers = SSDFeatures.vggLayers()
    // The fourth map is taken before its pooling, and brought to one length, since it is so much larger than the others.
    scaleWeight = Parameter([512], .constant(20))
    features = Sequential(Array(layers[..<23]))
    let linear = Sequential(
      MaxPool2d(3, stride: 1, padding: 1), Conv2d(512, 1024, kernel: 3, padding: 6, dilation: 6), ReLU(isInPlace: true),
      Conv2d(1024, 1024, kernel: 1), ReLU(isInPlace: true))
    func step(_ inputs: Int, _ width: Int, _ outputs: Int, stride: Int, padding: Int) -> Sequential {
      Sequential(
        Conv2d(inputs, width, kernel: 1), ReLU(isInPlace: true),
        Conv2d(width, outputs, kernel: 3, stride: stride, padding: padding), ReLU(isInPlace: true))
    }
    let steps = [
      step(1024, 256, 512, stride: 2, padding: 1), step(512, 128, 256, stride: 2, padding: 1),
      step(256, 128, 256, stride: 1, padding: 0), step(256, 128, 256, stride: 1, padding: 0),
    ]
    extra = [Sequential(Array(layers[23..<30]) + [linear])] + steps
    super.init()
    for module in [linear] + steps { module.initializeForSSD() }
  }

  /// VGG-16's convolutions and poolings as torchvision counts them; the third pooling rounds up, so that 300 pixels give 38.
  private static func vggLayers() -> [Layer] {
    var layers: [Layer] = []
    var inputs = 3
    for (stage, (width, count)) in zip([64, 128, 256, 512, 512], [2, 2, 3, 3, 3]).enumerated() {
      for _ in 0..<count {
        let conv = Conv2d(inputs, width, kernel: 3, padding: 1)
        conv.weight.initialize(.kaimingNormal(fan: .out, for: .relu))
        conv.bias?.initialize(.constant(0))
        layers += [conv, ReLU(isInPlace: true)]
        inputs = width
      }
      layers.append(MaxPool2d(2, ceilMode: stage == 2))
    }
    return layers
  }

  override func callAsFunction(_ x: Tensor) -> [Tensor] {
    var x = features(x)
    let scaled = x.normalize(dim: 1) * scaleWeight.value.reshape(1, -1, 1, 1)
    return [scaled]
      + extra.map { block in
        x = block(x)
        return x
      }
  }

  override var stages: [[Module]] { [[features]] + extra.map { [$0] } }
}

/// SSD300's default boxes.
enum SSDBoxes {
  /// The shapes that a map has besides the square ones: each also lies on its side.
  private static let ratios: [[Double]] = [[2], [2, 3], [2, 3], [2, 3], [2], [2]]
  /// The sides of the maps' boxes, as parts of the image's.
  private static let scales = [0.07, 0.15, 0.33, 0.51, 0.69, 0.87, 1.05]
  private static let steps = [8.0, 16, 32, 64, 100, 300]

  static let perPlace = ratios.map { 2 + 2 * $0.count }

  /// All boxes for the maps of an image, in pixels: `[boxes, 4]`.
  static func boxes(for features: [Tensor], imageSize: ImageList.Size) -> Boxes<XYXY> {
    let (width, height) = (Double(imageSize.width), Double(imageSize.height))
    let maps = features.enumerated().map { level, map in
      let y = (Tensor.arange(map.shape[2]).to(.float64) + 0.5) * (steps[level] / height)
      let x = (Tensor.arange(map.shape[3]).to(.float64) + 0.5) * (steps[level] / width)
      let grid = Tensor.meshgrid([y, x])
      let centers = Tensor.stack([grid[1], grid[0]], dim: -1).reshape(-1, 1, 2)
      let sides = Tensor(shapes(level).joined().map { min($0, 1) }, shape: [perPlace[level], 2])
        .unsqueeze(0).expand([centers.shape[0], perPlace[level], 2])
      return Tensor.cat([centers.expand([centers.shape[0], perPlace[level], 2]), sides], dim: -1).reshape(-1, 4)
    }
    let boxes = Boxes<CXCYWH>(Tensor.cat(maps)).xyxy.scaled(x: width, y: height)
    return boxes.to(features[0].dtype == .float64 ? .float64 : .float32).to(features[0].device)
  }

  private static func shapes(_ level: Int) -> [[Double]] {
    let side = scales[level]
    let between = (side * scales[level + 1]).squareRoot()
    return [[side, side], [between, between]]
      + ratios[level].flatMap { ratio -> [[Double]] in
        let root = ratio.squareRoot()
        return [[side * root, side / root], [side / root, side * root]]
      }
  }
}
