import Torch

/// The image in another size. torchvision's name: `Resize`.
///
/// Bilinear and bicubic average over all old pixels under a new one (antialiasing), as Pillow does; 8-bit images are
/// resized as such, pixel-equal with torchvision. Masks and label maps take the nearest pixel.
public struct Resize: Transform {
  /// What size an image gets.
  public enum Target: Sendable, Hashable {
    /// This one, whatever shape the image has.
    case fixed(ImageSize)
    /// The shorter edge gets this length, the longer one follows; if that passes `longestAtMost`, the longer edge gets
    /// that length instead (800 and 1333 are usual in detection).
    case shortestEdge(Int, longestAtMost: Int? = nil)
    /// The longer edge gets this length, the shorter one follows.
    case longestEdge(Int)
  }

  public var target: Target
  public var interpolation: Interpolation

  public init(_ target: Target, _ interpolation: Interpolation = .bilinear) {
    self.target = target
    self.interpolation = interpolation
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) -> Sample {
    sample.resized(to: target.size(for: sample.size), interpolation)
  }

  public var description: String {
    switch target {
    case .fixed(let size): "Resize(\(size), \(interpolation))"
    case .shortestEdge(let length, nil): "Resize(shortestEdge: \(length), \(interpolation))"
    case .shortestEdge(let length, let most?):
      "Resize(shortestEdge: \(length), longestAtMost: \(most), \(interpolation))"
    case .longestEdge(let length): "Resize(longestEdge: \(length), \(interpolation))"
    }
  }
}

extension Resize.Target {
  /// The size that an image gets; fractions of a pixel are cut off, as in torchvision, but a pixel is always left.
  public func size(for image: ImageSize) -> ImageSize {
    let (short, long) = (min(image.height, image.width), max(image.height, image.width))
    func withEdges(short newShort: Int, long newLong: Int) -> ImageSize {
      let (newShort, newLong) = (max(1, newShort), max(1, newLong))
      return image.width <= image.height
        ? ImageSize(height: newLong, width: newShort) : ImageSize(height: newShort, width: newLong)
    }
    switch self {
    case .fixed(let size): return size
    case .longestEdge(let length):
      return withEdges(short: length * short / max(1, long), long: length)
    case .shortestEdge(let length, let most):
      let newLong = length * long / max(1, short)
      guard let most, newLong > most else { return withEdges(short: length, long: newLong) }
      return withEdges(short: most * length / newLong, long: most)
    }
  }
}

extension Sample {
  /// The sample in another size. Boxes and key points are scaled; none is dropped.
  func resized(to size: ImageSize, _ interpolation: Interpolation) -> Sample {
    guard size != self.size else { return self }
    var sample = self
    sample.image = image.resized(to: size, interpolation)
    sample.masks = masks?.resized(to: size, .nearest)
    sample.labelMap = labelMap?.unsqueeze(0).resized(to: size, .nearest).squeeze(0)
    let x = Float(size.width) / Float(self.size.width)
    let y = Float(size.height) / Float(self.size.height)
    sample.boxes = boxes?.scaled(x: Double(x), y: Double(y))
    sample.keypoints = keypoints.map { $0 * Tensor([x, y, 1]) }
    return sample
  }
}

extension Tensor {
  /// An image `[C, H, W]` in another size.
  func resized(to size: ImageSize, _ interpolation: Interpolation) -> Tensor {
    guard shape[0] > 0 else { return .zeros([0, size.height, size.width], dtype: dtype) }
    // A batch of one whose channels are seen to lie last stays so, which spares libtorch sorting them.
    return permute(1, 2, 0).unsqueeze(0).permute(0, 3, 1, 2)
      .interpolate(
        height: size.height, width: size.width, mode: interpolation, antialias: interpolation != .nearest
      )
      .squeeze(0)
  }
}
