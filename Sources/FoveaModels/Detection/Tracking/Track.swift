import Torch

/// The corners of an upright rectangle, in pixels.
struct Corners: Sendable, Hashable {
  var left, top, right, bottom: Double

  /// The boxes `[B, 4]` of a tensor.
  static func list(_ boxes: Boxes<XYXY>) -> [Corners] {
    let sides = boxes.values.detach().to(.float64).array(Double.self)
    return stride(from: 0, to: sides.count, by: 4).map { at in
      Corners(left: sides[at], top: sides[at + 1], right: sides[at + 2], bottom: sides[at + 3])
    }
  }

  var area: Double { (right - left) * (bottom - top) }

  /// Whether it is a rectangle that can be followed.
  var isProper: Bool { [left, top, right, bottom].allSatisfy(\.isFinite) && right > left && bottom > top }

  /// The area that both have, over the area that either has.
  func overlap(with other: Corners) -> Double {
    let width = min(right, other.right) - max(left, other.left)
    let height = min(bottom, other.bottom) - max(top, other.top)
    guard width > 0, height > 0 else { return 0 }
    return width * height / (area + other.area - width * height)
  }
}

/// One object followed through frames: SORT's model of a box that moves and grows steadily and keeps its shape.
///
/// The paper's state has seven numbers: centre, area and ratio of the sides, and the speeds of the first three. Their noise
/// is independent, so the filter of seven is four small ones.
struct Track: Sendable {
  /// What the object is called.
  let number: Int
  /// Its class.
  let label: Int
  /// In how many frames on end it was seen, the first one not counted.
  private(set) var streak = 0
  /// How many frames ago it was seen last.
  private(set) var framesSinceSeen = 0

  private var x, y, area, ratio: MotionFilter

  init(number: Int, label: Int, box: Corners) {
    self.number = number
    self.label = label
    let (x, y, area, ratio) = box.state
    func filter(_ value: Double, speedNoise: Double, measured: Double) -> MotionFilter {
      MotionFilter(value, variance: 10, speedVariance: 1e4, noise: (1, speedNoise, measured))
    }
    self.x = filter(x, speedNoise: 0.01, measured: 1)
    self.y = filter(y, speedNoise: 0.01, measured: 1)
    self.area = filter(area, speedNoise: 1e-4, measured: 10)
    self.ratio = MotionFilter(ratio, variance: 10, speedVariance: 0, noise: (1, 0, 10))
  }

  /// Where the object is now, as far as is known.
  var box: Corners {
    let width = (area.value * ratio.value).squareRoot()
    let height = area.value / width
    return Corners(
      left: x.value - width / 2, top: y.value - height / 2, right: x.value + width / 2, bottom: y.value + height / 2)
  }

  /// Goes on by a frame.
  mutating func predict() {
    if framesSinceSeen > 0 { streak = 0 }
    framesSinceSeen += 1
    if area.value + area.speed <= 0 { area.speed = 0 }
    x.predict()
    y.predict()
    area.predict()
    ratio.predict()
  }

  /// Sees the object.
  mutating func correct(_ box: Corners) {
    let measured = box.state
    framesSinceSeen = 0
    streak += 1
    x.correct(measured.x)
    y.correct(measured.y)
    area.correct(measured.area)
    ratio.correct(measured.ratio)
  }
}

extension Corners {
  fileprivate var state: (x: Double, y: Double, area: Double, ratio: Double) {
    ((left + right) / 2, (top + bottom) / 2, area, (right - left) / (bottom - top))
  }
}
