import Torch

/// A random part of the image that overlaps an object by at least so much: the crop of SSD (Liu et al., 2016, section 2.2).
/// torchvision's name: `RandomIoUCrop`.
///
/// Objects whose centre is outside the part are dropped, the others are clipped to it. Sometimes the image stays whole, and
/// so does one without objects.
public struct RandomIoUCrop: Transform {
  /// The width and height of the part over those of the image, each.
  public var scale: ClosedRange<Double>
  /// The width of the part over its height.
  public var ratio: ClosedRange<Double>
  /// Least overlaps (intersection over union of the part and a box) to choose from; 1 or more leaves the image whole.
  public var overlaps: [Double]
  /// How many parts are tried for one least overlap before another is chosen.
  public var trials: Int

  public init(
    scale: ClosedRange<Double> = 0.3...1, ratio: ClosedRange<Double> = 0.5...2,
    overlaps: [Double] = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1], trials: Int = 40
  ) {
    precondition(!overlaps.isEmpty && trials > 0, "nothing to try")
    self.scale = scale
    self.ratio = ratio
    self.overlaps = overlaps
    self.trials = trials
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) -> Sample {
    guard let boxes = sample.boxes, !boxes.isEmpty else { return sample }
    let sides = boxes.values.to(.float64).array(Double.self)
    guard let window = draw(in: sample.size, boxes: sides, using: &random) else { return sample }
    let kept = window.boxesWithCenterInside(sides)
    return sample.keepingObjects(at: Tensor(kept)).cropped(to: window)
  }

  /// A part, or nil for the whole image. After as many attempts as there are choices, it is the whole image, too.
  ///
  /// - Parameter boxes: left, top, right, bottom of each, one after another.
  func draw(in image: ImageSize, boxes: [Double], using random: inout RandomSource) -> CropWindow? {
    for _ in overlaps.indices {
      let least = overlaps[random.integer(in: 0..<overlaps.count)]
      if least >= 1 { return nil }
      for _ in 0..<trials {
        guard let window = candidate(in: image, using: &random) else { continue }
        let inside = window.boxesWithCenterInside(boxes)
        if inside.contains(where: { window.overlap(with: boxes[4 * $0..<4 * $0 + 4]) >= least }) { return window }
      }
    }
    return nil
  }

  private func candidate(in image: ImageSize, using random: inout RandomSource) -> CropWindow? {
    let width = Int(Double(image.width) * random.uniform(in: scale))
    let height = Int(Double(image.height) * random.uniform(in: scale))
    guard width > 0, height > 0, ratio.contains(Double(width) / Double(height)) else { return nil }
    return CropWindow(
      top: random.integer(in: 0..<image.height - height + 1), left: random.integer(in: 0..<image.width - width + 1),
      size: ImageSize(height: height, width: width))
  }

  public var description: String {
    "RandomIoUCrop(scale: \(scale), ratio: \(ratio), overlaps: \(overlaps), trials: \(trials))"
  }
}

extension CropWindow {
  /// The boxes whose centre lies in this part.
  func boxesWithCenterInside(_ boxes: [Double]) -> [Int] {
    (0..<boxes.count / 4).filter { box in
      let x = (boxes[4 * box] + boxes[4 * box + 2]) / 2 - Double(left)
      let y = (boxes[4 * box + 1] + boxes[4 * box + 3]) / 2 - Double(top)
      return x > 0 && y > 0 && x < Double(size.width) && y < Double(size.height)
    }
  }

  /// The area that a box and this part share, over the area that either has.
  func overlap(with box: ArraySlice<Double>) -> Double {
    let shared = sharedArea(with: box)
    let sides = Array(box)
    return shared / ((sides[2] - sides[0]) * (sides[3] - sides[1]) + Double(size.width * size.height) - shared)
  }

  /// The area of a box (left, top, right, bottom) that lies in this part.
  func sharedArea(with box: ArraySlice<Double>) -> Double {
    let sides = Array(box)
    let width = min(sides[2], Double(left + size.width)) - max(sides[0], Double(left))
    let height = min(sides[3], Double(top + size.height)) - max(sides[1], Double(top))
    return width > 0 && height > 0 ? width * height : 0
  }
}
