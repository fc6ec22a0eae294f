/// How much of two boxes is the same.
enum OverlapMeasure {
  /// The share of both together, as everywhere.
  case union
  /// The share of the smaller one, sides counted with both end pixels: it also takes out a box inside another.
  case smaller
}

/// The boxes that are left when each takes out those of lower scores that overlap it by more than a share, by falling
/// score. Each box is left, top, right, bottom.
func keptBoxes(_ boxes: [Float], scores: [Float], above limit: Float, _ overlap: OverlapMeasure) -> [Int] {
  let extra: Float = overlap == .smaller ? 1 : 0
  let order = scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
  let areas = scores.indices.map { index in
    (boxes[4 * index + 2] - boxes[4 * index] + extra) * (boxes[4 * index + 3] - boxes[4 * index + 1] + extra)
  }
  var isGone = [Bool](repeating: false, count: scores.count)
  var kept: [Int] = []
  for (place, best) in order.enumerated() where !isGone[best] {
    kept.append(best)
    for other in order[(place + 1)...] where !isGone[other] {
      let width = min(boxes[4 * best + 2], boxes[4 * other + 2]) - max(boxes[4 * best], boxes[4 * other]) + extra
      let height =
        min(boxes[4 * best + 3], boxes[4 * other + 3]) - max(boxes[4 * best + 1], boxes[4 * other + 1]) + extra
      guard width > 0, height > 0 else { continue }
      let shared = width * height
      let whole =
        overlap == .union ? areas[best] + areas[other] - shared : min(areas[best], areas[other])
      isGone[other] = shared / whole > limit
    }
  }
  return kept
}
