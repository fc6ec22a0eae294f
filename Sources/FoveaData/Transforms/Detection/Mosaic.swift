import Torch

/// Four images in one, with all their objects: the augmentation of "YOLOv4" (Bochkovskiy et al., 2020).
///
/// The image and three others of the set are made so large that their longer edge is that of the result, and meet with a
/// corner each in a random point; what reaches over the edge is cut off. A detector so sees four times as many objects, at
/// other scales and in other company.
///
/// ```swift
/// let training: Transforms = [Mosaic(of: trainingSet, size: 640), RandomHorizontalFlip(), Normalize(.imageNet)]
/// ```
public struct Mosaic: Transform {
  /// The height and width of the result.
  public var size: Int
  public var probability: Double
  /// What no image covers is filled with this, in the images' own units.
  public var fill: Double
  /// Objects of which less than this part is left are dropped.
  public var leastVisible: Double

  private let dataset: any Dataset

  /// - Parameter dataset: where the three other images come from.
  public init(
    of dataset: any Dataset, size: Int, probability: Double = 1, fill: Double = 114, leastVisible: Double = 0.1
  ) {
    precondition(size >= 8, "a mosaic of \(size) pixels")
    self.dataset = dataset
    self.size = size
    self.probability = probability
    self.fill = fill
    self.leastVisible = leastVisible
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample {
    guard random.chance(probability), !dataset.isEmpty else { return sample }
    let others = try (0..<3).map { _ in try dataset[random.integer(in: 0..<dataset.count)] }
    for other in others {
      guard other.image.dtype == sample.image.dtype, other.image.shape[0] == sample.image.shape[0] else {
        throw cannotChange(
          sample,
          "is joined with \(other.name), whose image is \(other.image.shape) of \(other.image.dtype), not "
            + "\(sample.image.shape) of \(sample.image.dtype); let the mosaic be the first transform")
      }
    }
    let middle = size / 4..<size - size / 4
    return joined([sample] + others, x: random.integer(in: middle), y: random.integer(in: middle))
  }

  /// Four samples around a point: top left, top right, bottom left, bottom right.
  func joined(_ samples: [Sample], x: Int, y: Int) -> Sample {
    let parts = samples.enumerated().map { place, sample in
      let isLeft = place % 2 == 0
      let isTop = place < 2
      let resized = sample.resized(to: Resize.Target.longestEdge(size).size(for: sample.size), .bilinear)
      // The quarter, in pixels of the image that has its corner in the point.
      let window = CropWindow(
        top: isTop ? resized.size.height - y : 0, left: isLeft ? resized.size.width - x : 0,
        size: ImageSize(height: isTop ? y : size - y, width: isLeft ? x : size - x))
      return resized.keepingVisible(in: window, least: leastVisible).cropped(to: window, fill: fill)
        .moved(right: isLeft ? 0 : x, down: isTop ? 0 : y, onto: ImageSize(size))
    }
    return Sample(joining: parts, x: x, y: y)
  }

  public var description: String {
    "Mosaic(size: \(size), probability: \(probability), fill: \(fill), leastVisible: \(leastVisible))"
  }
}

extension Sample {
  /// The sample without objects of which too little lies in a part of the image.
  fileprivate func keepingVisible(in window: CropWindow, least: Double) -> Sample {
    guard let boxes else { return self }
    let sides = boxes.values.to(.float64).array(Double.self)
    let kept = (0..<boxes.count).filter { box in
      let box = sides[4 * box..<4 * box + 4]
      let area = (box[box.startIndex + 2] - box[box.startIndex]) * (box[box.startIndex + 3] - box[box.startIndex + 1])
      return window.sharedArea(with: box) >= least * area
    }
    return kept.count == boxes.count ? self : keepingObjects(at: Tensor(kept))
  }

  /// Boxes, masks and key points as they are on a larger image, on which this one lies somewhere. The image stays.
  fileprivate func moved(right: Int, down: Int, onto whole: ImageSize) -> Sample {
    var sample = self
    let (x, y) = (Float(right), Float(down))
    sample.boxes = boxes.map { Boxes($0.values + Tensor([x, y, x, y])) }
    sample.masks = masks?.pad(
      [right, whole.width - right - size.width, down, whole.height - down - size.height], value: 0)
    // A point that is not labelled is 0, 0, 0, and stays so.
    sample.keypoints = keypoints.map { points in
      points + Tensor([x, y, 0]) * (points[0..., 0..., 2...] .> 0).to(points.dtype)
    }
    return sample
  }

  /// One sample of four quarters, whose objects have been moved to their places; named as the first.
  fileprivate init(joining parts: [Sample], x: Int, y: Int) {
    func quarters(_ values: [Tensor]) -> Tensor {
      Tensor.cat(
        [Tensor.cat([values[0], values[1]], dim: -1), Tensor.cat([values[2], values[3]], dim: -1)], dim: -2)
    }
    func all(_ field: (Sample) -> Tensor?) -> [Tensor]? {
      let values = parts.compactMap(field)
      return values.count == parts.count ? values : nil
    }
    self.init(
      image: quarters(parts.map(\.image)), boxes: all { $0.boxes?.values }.map { Boxes(Tensor.cat($0)) },
      boxLabels: all(\.boxLabels).map { Tensor.cat($0) }, masks: all(\.masks).map { Tensor.cat($0) },
      keypoints: all(\.keypoints).map { Tensor.cat($0) }, labelMap: all(\.labelMap).map(quarters),
      index: parts[0].index, name: parts[0].name)
  }
}
