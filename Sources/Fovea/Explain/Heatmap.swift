import FoveaData
import FoveaImaging
import Torch

/// A map of what counts in an image, drawn over it: from clear through yellow to red.
public struct Heatmap {
  /// `[rows, columns]`, 0...1.
  public let map: Tensor

  public init(_ map: Tensor) {
    precondition(map.rank == 2, "a map [rows, columns], not \(map.shape)")
    self.map = map.detach().to(.float32).to(.cpu)
  }

  /// The image with the map over a part of it, which is all that the network has seen; the rest is darkened.
  ///
  /// - Parameters:
  ///   - seen: the part that the map is of, in pixels; nil is all of it.
  ///   - opacity: of the map where it is 1.
  public func drawn(over image: Image, seen: (x: Int, y: Int, width: Int, height: Int)? = nil, opacity: Double = 0.6)
    -> Image
  {
    let photograph = image.converted(to: .rgb).tensor.to(.float32) / 255
    let (height, width) = (photograph.shape[1], photograph.shape[2])
    let part = seen ?? (0, 0, width, height)
    let (left, top) = (min(max(part.x, 0), width - 1), min(max(part.y, 0), height - 1))
    let (right, bottom) = (min(left + max(part.width, 1), width), min(top + max(part.height, 1), height))
    let heat = map.unsqueeze(0).unsqueeze(0)
      .interpolate(height: bottom - top, width: right - left, mode: .bicubic).clamp(min: 0, max: 1)[0, 0]
    let area = photograph[.all, top..<bottom, left..<right]
    let alpha = heat * opacity
    let drawn = photograph * (seen == nil ? 1 : 0.4)
    drawn[.all, top..<bottom, left..<right] = area * (1 - alpha) + Heatmap.colors(of: heat) * alpha
    return Image(drawn)
  }

  /// Yellow to red, `[3, H, W]`, for values `[H, W]` in 0...1.
  private static func colors(of heat: Tensor) -> Tensor {
    Tensor.stack([Tensor.ones(like: heat), (1 - heat) * 0.9, Tensor.zeros(like: heat)])
  }
}
