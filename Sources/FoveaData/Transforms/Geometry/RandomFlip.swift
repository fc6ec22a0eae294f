import Torch

/// Left and right exchanged with a probability. torchvision's name: `RandomHorizontalFlip`.
///
/// On a batch, each image is flipped or not by itself.
public struct RandomHorizontalFlip: Transform, BatchTransform {
  public var probability: Double
  /// For each key point, which one takes its place in a flipped image: the left eye is then the right eye. Nil where key
  /// points have no sides.
  public var mirroredKeypoints: [Int]?

  public init(probability: Double = 0.5, mirroredKeypoints: [Int]? = nil) {
    self.probability = probability
    self.mirroredKeypoints = mirroredKeypoints
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample {
    if let mirroredKeypoints, let keypoints = sample.keypoints, keypoints.shape[1] != mirroredKeypoints.count {
      throw cannotChange(
        sample, "mirrors \(mirroredKeypoints.count) key points, and the sample has \(keypoints.shape[1])")
    }
    guard random.chance(probability) else { return sample }
    var flipped = sample.flippedHorizontally()
    if let mirroredKeypoints {
      flipped.keypoints = flipped.keypoints?.indexSelect(dim: 1, Tensor(mirroredKeypoints))
    }
    return flipped
  }

  public func callAsFunction(_ batch: Batch, using random: inout RandomSource) throws -> Batch {
    try requireImagesAlone(batch)
    var batch = batch
    batch.images = batch.images.flipped(-1, where: (0..<batch.images.shape[0]).map { _ in random.chance(probability) })
    return batch
  }

  public var description: String { "RandomHorizontalFlip(probability: \(probability))" }
}

/// Top and bottom exchanged with a probability. torchvision's name: `RandomVerticalFlip`.
///
/// On a batch, each image is flipped or not by itself.
public struct RandomVerticalFlip: Transform, BatchTransform {
  public var probability: Double

  public init(probability: Double = 0.5) { self.probability = probability }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) -> Sample {
    random.chance(probability) ? sample.flippedVertically() : sample
  }

  public func callAsFunction(_ batch: Batch, using random: inout RandomSource) throws -> Batch {
    try requireImagesAlone(batch)
    var batch = batch
    batch.images = batch.images.flipped(-2, where: (0..<batch.images.shape[0]).map { _ in random.chance(probability) })
    return batch
  }

  public var description: String { "RandomVerticalFlip(probability: \(probability))" }
}

extension Sample {
  /// Left and right exchanged: x becomes the width minus x. Key points are places, as the corners of boxes are: the middle of
  /// the first pixel is at 0.5.
  func flippedHorizontally() -> Sample {
    let width = Float(size.width)
    return flipped(
      -1, boxCorners: [2, 1, 0, 3], sign: [-1, 1, -1, 1], shift: [width, 0, width, 0], ofPoints: [width, 0, 0])
  }

  /// Top and bottom exchanged: y becomes the height minus y.
  func flippedVertically() -> Sample {
    let height = Float(size.height)
    return flipped(
      -2, boxCorners: [0, 3, 2, 1], sign: [1, -1, 1, -1], shift: [0, height, 0, height], ofPoints: [0, height, 0])
  }

  private func flipped(
    _ dim: Int, boxCorners: [Int], sign: [Float], shift: [Float], ofPoints pointShift: [Float]
  ) -> Sample {
    var sample = self
    sample.image = image.flip(dim)
    sample.masks = masks?.flip(dim)
    sample.labelMap = labelMap?.flip(dim)
    sample.boxes = boxes.map { boxes in
      Boxes(boxes.values.indexSelect(dim: 1, Tensor(boxCorners)) * Tensor(sign) + Tensor(shift))
    }
    sample.keypoints = keypoints.map { points in
      let moved = points * Tensor([sign[0], sign[1], 1]) + Tensor(pointShift)
      return moved * (points[0..., 0..., 2...] .> 0)
    }
    return sample
  }
}

extension Tensor {
  /// Images `[N, C, H, W]`, some of them flipped along a dimension.
  func flipped(_ dim: Int, where flips: [Bool]) -> Tensor {
    // Whole images are chosen from both, which is quicker than choosing element by element.
    let places = Tensor(flips.indices.map { flips[$0] ? $0 + flips.count : $0 }).to(device)
    guard isContiguous(.channelsLast) else { return Tensor.cat([self, flip(dim)]).indexSelect(dim: 0, places) }
    let rows = permute(0, 2, 3, 1)
    return Tensor.cat([rows, rows.flip(dim - 1)]).indexSelect(dim: 0, places).permute(0, 3, 1, 2)
  }
}
