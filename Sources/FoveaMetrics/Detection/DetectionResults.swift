import Torch

/// An upright rectangle as COCO writes it, in pixels of the original image.
public struct PixelBox: Sendable, Hashable {
  public var x, y, width, height: Double

  /// - Parameters:
  ///   - x: its left side.
  ///   - y: its top.
  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// Width times height.
  public var area: Double { width * height }

  /// The area that both have, over the area that either has; of a crowd, over this box's own, as a crowd may hold many.
  func overlap(withGold gold: PixelBox, isCrowd: Bool) -> Double {
    let width = min(x + self.width, gold.x + gold.width) - max(x, gold.x)
    guard width > 0 else { return 0 }
    let height = min(y + self.height, gold.y + gold.height) - max(y, gold.y)
    guard height > 0 else { return 0 }
    let shared = width * height
    return shared / (isCrowd ? area : area + gold.area - shared)
  }
}

/// An object that is in an image.
public struct GoldObject: Sendable, Hashable {
  public var box: PixelBox
  /// Its class, from 0.
  public var label: Int
  /// How large it counts, in square pixels: COCO's files give the area of its outline.
  public var area: Double
  /// Whether it stands for a group that nobody wanted to draw one by one: finding it is neither right nor wrong.
  public var isCrowd: Bool

  /// - Parameter area: nil for that of the box.
  public init(_ box: PixelBox, label: Int, area: Double? = nil, isCrowd: Bool = false) {
    self.box = box
    self.label = label
    self.area = area ?? box.area
    self.isCrowd = isCrowd
  }
}

/// An object that a detector says is in an image.
public struct DetectedObject: Sendable, Hashable {
  public var box: PixelBox
  /// Its class, from 0.
  public var label: Int
  /// How sure the detector is; only the order of scores matters.
  public var score: Double

  public init(_ box: PixelBox, label: Int, score: Double) {
    self.box = box
    self.label = label
    self.score = score
  }
}

/// What is in one image, and what was found in it.
public struct DetectionResult: Sendable {
  /// What the image is called: where scores are equal, the image of the lower number comes first.
  public var image: Int
  public var gold: [GoldObject]
  public var detected: [DetectedObject]

  public init(image: Int, gold: [GoldObject], detected: [DetectedObject]) {
    self.image = image
    self.gold = gold
    self.detected = detected
  }

  /// Takes what a detector found as tensors, on any device.
  ///
  /// - Parameters:
  ///   - boxes: `[D, 4]`, in pixels of the original image.
  ///   - labels: `[D]`, whole numbers from 0.
  ///   - scores: `[D]`.
  public init(image: Int, gold: [GoldObject], boxes: Boxes<XYXY>, labels: Tensor, scores: Tensor) {
    precondition(
      labels.count == boxes.count && scores.count == boxes.count,
      "\(labels.count) labels and \(scores.count) scores for \(boxes.count) boxes")
    let detected = zip(PixelBox.list(boxes), zip(labels.array(Int.self), scores.array(Double.self)))
    self.init(image: image, gold: gold, detected: detected.map { DetectedObject($0, label: $1.0, score: $1.1) })
  }
}

extension PixelBox {
  /// The boxes `[B, 4]` of a tensor.
  public static func list(_ boxes: Boxes<XYXY>) -> [PixelBox] {
    let numbers = boxes.to(DType.float64).xywh.values.array(Double.self)
    return stride(from: 0, to: numbers.count, by: 4).map { at in
      PixelBox(x: numbers[at], y: numbers[at + 1], width: numbers[at + 2], height: numbers[at + 3])
    }
  }
}
