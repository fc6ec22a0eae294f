import Foundation
import Torch

/// RoIAlign from the feature map that fits a region's size: large regions from coarse maps (Lin et al., 2016, equation 1).
public struct MultiScaleRoIAlign: Sendable, Hashable {
  /// The side of the result.
  public let size: Int
  /// Samples a bin in each direction.
  public let samplingRatio: Int

  public init(size: Int = 7, samplingRatio: Int = 2) {
    self.size = size
    self.samplingRatio = samplingRatio
  }

  /// The features of each image's regions, one image after the other: `[K, C, size, size]`.
  ///
  /// - Parameters:
  ///   - features: maps `[N, C, h, w]`, each half as fine as the one before.
  ///   - imageSize: of the images that the maps are of.
  public func callAsFunction(_ features: [Tensor], regions: [Boxes<XYXY>], imageSize: ImageList.Size) -> Tensor {
    let rows = Tensor.cat(
      regions.enumerated().map { image, boxes in
        Tensor.cat([Tensor.full([boxes.count, 1], .int(image), dtype: boxes.values.dtype), boxes.values], dim: 1)
      })
    let scales = features.map { exp2((log2(Double($0.shape[2]) / Double(imageSize.height))).rounded()) }
    func align(_ level: Int, _ regions: Tensor) -> Tensor {
      features[level].roiAlign(regions, size: size, scale: scales[level], samplingRatio: samplingRatio)
    }
    guard features.count > 1 else { return align(0, rows) }
    let finest = -log2(scales[0])
    let levels = levels(of: rows[dim: 1, 1..<5], finest: finest, count: features.count)
    let result = Tensor.zeros([rows.shape[0], features[0].shape[1], size, size], dtype: features[0].dtype)
      .to(features[0].device)
    for level in features.indices {
      let places = (levels .== level).nonzero().squeeze(1)
      if places.count > 0 { result[places] = align(level, rows[places]) }
    }
    return result
  }

  /// The map for each region: a region of 224 pixels, ImageNet's size, belongs to the map of stride 16.
  private func levels(of boxes: Tensor, finest: Double, count: Int) -> Tensor {
    let side = Boxes<XYXY>(boxes).areas.sqrt()
    let level = (4 + (side / 224).log2() + 1e-6).floor()
    return level.clamp(min: .double(finest), max: .double(finest + Double(count - 1))).to(.int64) - Int(finest)
  }
}
