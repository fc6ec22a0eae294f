import Foundation
import Torch

/// The boxes that a detector starts from: at each place of each feature map, one for each size and aspect ratio (Ren et
/// al., 2015).
public struct AnchorGenerator: Sendable, Hashable {
  /// The sides of square anchors, in pixels, for each feature map.
  public let sizes: [[Double]]
  /// Height over width.
  public let aspectRatios: [Double]

  public init(sizes: [[Double]], aspectRatios: [Double] = [0.5, 1, 2]) {
    precondition(!sizes.isEmpty && sizes.allSatisfy { $0.count == sizes[0].count }, "each level has as many sizes")
    self.sizes = sizes
    self.aspectRatios = aspectRatios
  }

  /// How many anchors there are at each place.
  public var anchorsPerPlace: Int { sizes[0].count * aspectRatios.count }

  /// The anchors around the origin, `[A, 4]`, rounded to whole pixels.
  public func anchors(level: Int) -> Tensor {
    var rows: [[Float]] = []
    for ratio in aspectRatios {
      for size in sizes[level] {
        let height = ratio.squareRoot()
        let (halfWidth, halfHeight) = (size / height / 2, size * height / 2)
        rows.append([-halfWidth, -halfHeight, halfWidth, halfHeight].map { Float($0).rounded(.toNearestOrEven) })
      }
    }
    return Tensor(rows: rows)
  }

  /// All anchors for feature maps `[N, C, h, w]` of an image: `[h·w·A, 4]` for each map, row by row.
  ///
  /// - Precondition: there are as many maps as levels of sizes.
  public func callAsFunction(_ features: [Tensor], imageSize: ImageList.Size) -> [Boxes<XYXY>] {
    precondition(features.count == sizes.count, "\(features.count) feature maps, but sizes for \(sizes.count)")
    return features.enumerated().map { level, map in
      let (rows, columns) = (map.shape[2], map.shape[3])
      let y = Tensor.arange(rows).to(.float32) * Double(imageSize.height / rows)
      let x = Tensor.arange(columns).to(.float32) * Double(imageSize.width / columns)
      let grid = Tensor.meshgrid([y, x])
      let shifts = Tensor.stack([grid[1], grid[0], grid[1], grid[0]], dim: -1).reshape(-1, 1, 4)
      let boxes = (shifts + anchors(level: level)).reshape(-1, 4)
      return Boxes(boxes.to(map.dtype == .float64 ? .float64 : .float32).to(map.device))
    }
  }
}
