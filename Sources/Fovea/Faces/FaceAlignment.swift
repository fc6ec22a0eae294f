import Foundation
import FoveaData
import FoveaImaging
import Torch

/// A turn, a scale and a shift of the plane: (x, y) goes to (a x - b y + c, b x + a y + d).
public struct SimilarityTransform: Sendable, Hashable {
  public var a = 1.0, b = 0.0, c = 0.0, d = 0.0

  /// The one that brings points nearest to their targets, in the sense of least squares (Umeyama, 1991); it never mirrors.
  ///
  /// Nil where all points are the same, or one is not finite.
  ///
  /// - Precondition: there are as many points as targets, each x and y.
  public init?(from points: [[Double]], to targets: [[Double]]) {
    precondition(points.count == targets.count && (points + targets).allSatisfy { $0.count == 2 }, "points are x and y")
    guard !points.isEmpty else { return nil }
    let count = Double(points.count)
    func middle(_ places: [[Double]], _ axis: Int) -> Double { places.reduce(0) { $0 + $1[axis] } / count }
    let (x, y, u, v) = (middle(points, 0), middle(points, 1), middle(targets, 0), middle(targets, 1))
    var (along, across, spread) = (0.0, 0.0, 0.0)
    for (point, target) in zip(points, targets) {
      let (px, py, tu, tv) = (point[0] - x, point[1] - y, target[0] - u, target[1] - v)
      along += px * tu + py * tv
      across += px * tv - py * tu
      spread += px * px + py * py
    }
    guard spread > 0, along.isFinite, across.isFinite, spread.isFinite, along != 0 || across != 0 else { return nil }
    a = along / spread
    b = across / spread
    c = u - a * x + b * y
    d = v - b * x - a * y
  }

  /// By how much it enlarges.
  public var scale: Double { (a * a + b * b).squareRoot() }

  public func callAsFunction(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    (a * x - b * y + c, b * x + a * y + d)
  }
}

/// Cuts faces out of photographs so that eyes, nose and mouth are always at the same places.
public struct FaceAlignment: Sendable, Hashable {
  /// The size of a chip.
  public let size: ImageSize

  public init(size: ImageSize = 112) { self.size = size }

  /// Where the five landmarks go in a chip of 112 x 112 (ArcFace's).
  private static let places: [[Double]] = [
    [38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041],
  ]

  /// Where the five landmarks go in a chip of ``size``: the places in 112 x 112, scaled to the shorter side, in the middle.
  public var targets: [[Double]] {
    let scale = Double(min(size.height, size.width)) / 112
    let left = (Double(size.width) - 112 * scale) / 2
    let top = (Double(size.height) - 112 * scale) / 2
    return Self.places.map { [$0[0] * scale + left, $0[1] * scale + top] }
  }

  /// The chip of a face; what lies outside of the photograph is black.
  ///
  /// - Parameter landmarks: x and y of the left eye, the right eye, the nose and the corners of the mouth, in pixels.
  /// - Returns: nil for landmarks that fit no face (all at one place, or not finite).
  public func chip(of image: Image, landmarks: [[Double]]) -> Image? {
    guard landmarks.count == 5, let forward = SimilarityTransform(from: landmarks, to: targets),
      let back = SimilarityTransform(from: targets, to: targets.map { forward.inverse($0) })
    else { return nil }
    // A much larger face is averaged down first, or the chip would show every tenth pixel.
    let shrink = max(1, min(64, Int(back.scale)))
    var pixels = image.converted(to: .rgb).tensor.to(.float32).unsqueeze(0)
    if shrink > 1 {
      pixels = pixels.interpolate(
        height: max(1, image.height / shrink), width: max(1, image.width / shrink), antialias: true)
    }
    let (height, width) = (pixels.shape[2], pixels.shape[3])
    let (byX, byY) = (Double(width) / Double(image.width), Double(height) / Double(image.height))
    // From a chip's pixel to the photograph's, and on to -1...1 between its edges.
    let x = Tensor.arange(size.width).to(.float32).expand(size.height, size.width)
    let y = Tensor.arange(size.height).to(.float32).unsqueeze(1).expand(size.height, size.width)
    let fromX = x * back.a - y * back.b + back.c
    let fromY = x * back.b + y * back.a + back.d
    let grid = Tensor.stack(
      [
        (fromX + 0.5) * (2 * byX / Double(width)) - 1,
        (fromY + 0.5) * (2 * byY / Double(height)) - 1,
      ], dim: -1)
    let chip = pixels.gridSample(grid.unsqueeze(0)).squeeze(0)
    return Image(chip.round().clamp(min: 0, max: 255).to(.uint8))
  }
}

extension SimilarityTransform {
  /// Where a point came from.
  fileprivate func inverse(_ point: [Double]) -> [Double] {
    let (u, v, size) = (point[0] - c, point[1] - d, a * a + b * b)
    return [(a * u + b * v) / size, (a * v - b * u) / size]
  }
}
