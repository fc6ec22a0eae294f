import Foundation
import Torch

/// Resizing as Pillow does it, to the last level: two passes, first along rows, each in whole numbers of 22 bits behind the
/// point and rounded to 8 bits.
///
/// libtorch's own kernels differ from it by a level here and there. So does Pillow from version 13 on where the columns are
/// cheaper to begin with.
struct PillowResampling {
  private let resample: ImageProcessor.Resample

  init(_ resample: ImageProcessor.Resample) { self.resample = resample }

  /// A `uint8` image `[C, H, W]` in another size.
  func resized(_ image: Tensor, to size: ImageSize) -> Tensor {
    if resample == .nearest {
      return image.unsqueeze(0).interpolateNearestExact(height: size.height, width: size.width).squeeze(0)
    }
    var image = image
    if image.shape[2] != size.width { image = alongRows(image, size.width) }
    if image.shape[1] != size.height {
      image = alongRows(image.transpose(1, 2), size.height).transpose(1, 2)
    }
    return image
  }

  /// `[C, H, W]` to `[C, H, width]`. New pixels are made some dozens at a time, as they look only at old ones nearby.
  private func alongRows(_ image: Tensor, _ width: Int) -> Tensor {
    let windows = windows(from: image.shape[2], to: width)
    let parts = stride(from: 0, to: width, by: 32).map { first in
      let part = windows[first..<min(first + 32, width)]
      let start = part.reduce(Int.max) { min($0, $1.start) }
      let end = part.reduce(0) { max($0, $1.start + $1.weights.count) }
      var matrix = [Double](repeating: 0, count: part.count * (end - start))
      for (row, window) in part.enumerated() {
        for (place, weight) in window.weights.enumerated() {
          matrix[row * (end - start) + window.start - start + place] = weight
        }
      }
      let weights = Tensor(matrix, shape: [part.count, end - start])
      // Whole numbers far below 2^53: no order of additions changes a sum.
      let sums = image[dim: 2, start..<end].to(.float64).matmul(weights.transpose(0, 1))
      return ((sums + Self.one / 2) / Self.one).floor().clamp(min: 0, max: 255).to(.uint8)
    }
    return Tensor.cat(parts, dim: 2)
  }

  private static let one = Double(1 << 22)

  /// The old pixels that a new one is made of, and what each counts, in units of 2^-22.
  private func windows(from old: Int, to new: Int) -> [(start: Int, weights: [Double])] {
    let scale = Double(old) / Double(new)
    let stretch = max(scale, 1)
    let support = reach * stretch
    return (0..<new).map { place in
      let center = (Double(place) + 0.5) * scale
      let start = max(Int(center - support + 0.5), 0)
      let end = min(Int(center + support + 0.5), old)
      let weights = (start..<end).map { weight((Double($0) - center + 0.5) / stretch) }
      let sum = weights.reduce(0, +)
      return (start, weights.map { ($0 / (sum == 0 ? 1 : sum) * Self.one).rounded(.toNearestOrAwayFromZero) })
    }
  }

  /// How far a new pixel looks, in old pixels where the image keeps its size.
  private var reach: Double {
    switch resample {
    case .nearest, .bilinear: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  private func weight(_ x: Double) -> Double {
    let x = abs(x)
    switch resample {
    case .nearest, .bilinear: return max(1 - x, 0)
    case .bicubic:  // Keys, 1981, with a = -0.5
      if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
      return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
    case .lanczos: return x < 3 ? sinc(x) * sinc(x / 3) : 0
    }
  }

  private func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }
}
