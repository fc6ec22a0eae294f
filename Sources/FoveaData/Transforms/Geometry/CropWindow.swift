import Torch

/// A part of an image, in pixels; what lies outside the image is filled.
public struct CropWindow: Sendable, Hashable {
  public var top: Int
  public var left: Int
  public var size: ImageSize

  public init(top: Int, left: Int, size: ImageSize) {
    self.top = top
    self.left = left
    self.size = size
  }

  /// Whether all of it lies inside an image.
  func isInside(_ image: ImageSize) -> Bool {
    top >= 0 && left >= 0 && top + size.height <= image.height && left + size.width <= image.width
  }
}

extension Sample {
  /// The part of the sample in a window; where it lies outside, the image becomes `fill` and the label map 255.
  ///
  /// Boxes are clipped, and dropped where less than a pixel is left; key points outside become "not labelled".
  func cropped(to window: CropWindow, fill: Double = 0) -> Sample {
    var sample = self
    sample.image = image.cropped(to: window, fill: fill)
    sample.masks = masks?.cropped(to: window, fill: 0)
    sample.labelMap = labelMap?.cropped(to: window, fill: 255)
    let left = Float(window.left)
    let top = Float(window.top)
    sample.boxes = boxes.map { Boxes($0.values - Tensor([left, top, left, top])) }
    sample.keypoints = keypoints.map { $0 - Tensor([left, top, 0]) }
    return sample.clippedToImage()
  }

  /// Boxes clipped to the image, those with less than a pixel left dropped with all that belongs to them; key points
  /// outside of it, and those that were not labelled, set to 0, 0, 0, as COCO writes them.
  func clippedToImage() -> Sample {
    var sample = self
    let width = Float(size.width)
    let height = Float(size.height)
    if let keypoints {
      let x = keypoints[0..., 0..., 0]
      let y = keypoints[0..., 0..., 1]
      let isVisible =
        (x .>= 0) .&& (y .>= 0) .&& (x .<= width) .&& (y .<= height) .&& (keypoints[0..., 0..., 2] .> 0)
      sample.keypoints = keypoints * isVisible.unsqueeze(-1)
    }
    guard let boxes = boxes?.values else { return sample }
    let clipped = boxes.clamp(min: Tensor([0, 0, 0, 0] as [Float]), max: Tensor([width, height, width, height]))
    let extent = clipped[0..., 2...] - clipped[0..., ..<2]
    let kept = (extent .>= 1).all(dim: 1).nonzero().flatten()
    guard kept.count < boxes.shape[0] else {
      sample.boxes = Boxes(clipped)
      return sample
    }
    sample.boxes = Boxes(clipped)
    return sample.keepingObjects(at: kept)
  }

  /// The sample with some of its objects: boxes, and the classes, masks and key points that belong to them.
  func keepingObjects(at places: Tensor) -> Sample {
    var sample = self
    sample.boxes = boxes.map { Boxes($0.values.indexSelect(dim: 0, places)) }
    sample.boxLabels = boxLabels?.indexSelect(dim: 0, places)
    sample.masks = masks?.indexSelect(dim: 0, places)
    sample.keypoints = keypoints?.indexSelect(dim: 0, places)
    return sample
  }
}

extension Tensor {
  /// The part of images `[..., H, W]` in a window: a view where it lies inside, else padded with `fill`.
  func cropped(to window: CropWindow, fill: Double) -> Tensor {
    let size = ImageSize(of: self)
    if window.isInside(size) {
      return self[dim: -2, window.top..<window.top + window.size.height][
        dim: -1, window.left..<window.left + window.size.width]
    }
    // Negative padding cuts off.
    let right = window.left + window.size.width - size.width
    let bottom = window.top + window.size.height - size.height
    return pad([-window.left, right, -window.top, bottom], value: fill)
  }

  /// The part of images `[..., H, W]` in a window; beyond an edge they go on mirrored at its pixels, as often as it takes.
  func reflected(in window: CropWindow) -> Tensor {
    func places(_ start: Int, _ count: Int, of length: Int) -> Tensor {
      let period = Swift.max(1, 2 * (length - 1))
      let places = (start..<start + count).map { place in
        let place = (place % period + period) % period
        return Swift.min(place, period - place) % length
      }
      return Tensor(places).to(device)
    }
    let size = ImageSize(of: self)
    return indexSelect(dim: -2, places(window.top, window.size.height, of: size.height))
      .indexSelect(dim: -1, places(window.left, window.size.width, of: size.width))
  }
}
