import Foundation
import Torch

/// A random part of the image that holds every object whole. Albumentations' name: `BBoxSafeRandomCrop`.
///
/// An image without objects stays whole.
public struct BoxSafeRandomCrop: Transform {
  public init() {}

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) -> Sample {
    guard let boxes = sample.boxes, !boxes.isEmpty else { return sample }
    let low = boxes.values.amin(dims: [0]).array(Double.self)
    let high = boxes.values.amax(dims: [0]).array(Double.self)
    let size = sample.size
    let (left, right) = span(low[0], high[2], within: size.width, using: &random)
    let (top, bottom) = span(low[1], high[3], within: size.height, using: &random)
    return sample.cropped(
      to: CropWindow(top: top, left: left, size: ImageSize(height: bottom - top, width: right - left)))
  }

  /// Whole pixels from somewhere before the first object to somewhere after the last.
  private func span(
    _ first: Double, _ last: Double, within length: Int, using random: inout RandomSource
  ) -> (Int, Int) {
    let first = Int(min(max(first.rounded(.down), 0), Double(length - 1)))
    let last = Int(min(max(last.rounded(.up), Double(first + 1)), Double(length)))
    return (random.integer(in: 0..<first + 1), random.integer(in: last..<length + 1))
  }

  public var description: String { "BoxSafeRandomCrop()" }
}
