import Torch

// The pictures that detection, segmentation and face recognition need, in one call each.

extension Image {
  /// This image with a box around each object, its class's name and its score.
  ///
  /// - Parameters:
  ///   - boxes: `[B, 4]`: left, top, right, bottom in pixels.
  ///   - classes: The class of each box, which decides its colour; without it every box has its own.
  ///   - names: The names of the classes, by class; a class without one is written as its number.
  ///   - labels: What each box is called, in place of its class's name.
  ///   - scores: The confidence of each box, 0 to 1, as predicted.
  ///   - scale: Enlarges the image first, so that labels have room.
  /// - Precondition: `boxes` has this shape, and there are as many classes, labels and scores as boxes, or none.
  /// - Throws: ``ImageError`` if the scaled image is too large to be drawn on.
  public func drawing(
    boxes: Tensor, classes: [Int] = [], names: [String] = [], labels: [String] = [], scores: [Double] = [],
    scale: Double = 1
  ) throws -> Image {
    let count = boxes.shape[0]
    precondition(boxes.rank == 2 && boxes.shape[1] == 4, "boxes of shape \(boxes.shape); it is [B, 4]")
    precondition(classes.isEmpty || classes.count == count, "\(classes.count) classes for \(count) boxes")
    precondition(labels.isEmpty || labels.count == count, "\(labels.count) labels for \(count) boxes")
    precondition(scores.isEmpty || scores.count == count, "\(scores.count) scores for \(count) boxes")
    let sides = boxes.array(Double.self)
    return try drawing(scale: scale) { canvas in
      for index in 0..<count {
        let className =
          classes.isEmpty ? nil : names.indices.contains(classes[index]) ? names[classes[index]] : "\(classes[index])"
        let parts = [
          labels.isEmpty ? className : labels[index],
          scores.isEmpty ? nil : rounded(scores[index]),
        ]
        canvas.box(
          left: sides[4 * index], top: sides[4 * index + 1], right: sides[4 * index + 2],
          bottom: sides[4 * index + 3], color: .distinct(classes.isEmpty ? index : classes[index]),
          label: parts.compactMap { $0 }.joined(separator: " "))
      }
    }
  }

  /// This image with each object tinted and outlined.
  ///
  /// - Parameters:
  ///   - masks: `[B, H, W]`, not 0 where the object is.
  ///   - classes: The class of each mask, which decides its colour; without it every object has its own.
  /// - Throws: ``ImageError`` if the image is too large to be drawn on.
  public func drawing(masks: Tensor, classes: [Int] = []) throws -> Image {
    try drawing { canvas in
      for (index, mask) in masks.unbind().enumerated() {
        canvas.mask(mask, color: .distinct(classes.isEmpty ? index : classes[index]))
      }
    }
  }

  /// This image with every pixel tinted by its class: `[H, W]`; the class 255 is left out.
  ///
  /// - Throws: ``ImageError`` if the image is too large to be drawn on.
  public func drawing(labelMap: Tensor) throws -> Image {
    try drawing { $0.labelMap(labelMap) }
  }

  /// This image with the key points of each object: `[B, K, 2]`, or `[B, K, 3]` with visibility, where 0 is not drawn.
  ///
  /// - Throws: ``ImageError`` if the scaled image is too large to be drawn on.
  public func drawing(keypoints: Tensor, scale: Double = 1) throws -> Image {
    try drawing(scale: scale) { canvas in
      for (index, object) in keypoints.unbind().enumerated() {
        let places = object.unbind().map { $0.array(Double.self) }
        let visible = places.filter { $0.count < 3 || $0[2] > 0 }
        canvas.points(visible.map { ($0[0], $0[1]) }, color: .distinct(index))
      }
    }
  }
}

/// Two digits after the point, whatever the locale.
private func rounded(_ score: Double) -> String {
  guard score.isFinite else { return "\(score)" }
  let hundredths = Int((score * 100).rounded())
  return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
}
