import Torch

extension Scene {
  /// The scene as an image: `uint8` `[3, size, size]`, shapes with smooth edges on a dark ground with a little noise.
  ///
  /// - Parameter random: decides sizes and places within what the sentence says, the ground and the noise.
  public func image(size: Int, using random: inout RandomSource) -> Tensor {
    let ground = (0..<3).map { _ in Float(random.uniform(in: 10...45)) }
    var pixels = Tensor(ground, shape: [3, 1, 1]).expand(3, size, size)
    let middles = Tensor.arange(size).to(.float32) + 0.5
    for (group, box) in groups(size: Double(size)) {
      let color = Tensor([group.paint.rgb.0, group.paint.rgb.1, group.paint.rgb.2].map(Float.init), shape: [3, 1, 1])
      for (x, y, radius) in places(of: group, in: box, size: Double(size), using: &random) {
        let distance = group.shape.distance(middles - x, (middles - y).unsqueeze(1), radius)
        // How much of a pixel lies inside, nearly: edges are smooth over one pixel.
        pixels = pixels.lerp(color, by: (0.5 - distance).clamp(min: 0, max: 1))
      }
    }
    let noise = Tensor.randint(0..<15, [3, size, size], generator: random.generator()) - 7
    return (pixels + noise).clamp(min: 0, max: 255).to(.uint8)
  }

  /// A part of the image: left, top, width and height in pixels.
  private struct Box {
    var left: Double
    var top: Double
    var width: Double
    var height: Double
  }

  /// The groups and the halves that they stand in.
  private func groups(size: Double) -> [(Group, Box)] {
    guard let (group, relation) = second else {
      return [(first, Box(left: 0, top: 0, width: size, height: size))]
    }
    let half = size / 2
    let upper = Box(left: 0, top: 0, width: size, height: half)
    let lower = Box(left: 0, top: half, width: size, height: half)
    let left = Box(left: 0, top: 0, width: half, height: size)
    let right = Box(left: half, top: 0, width: half, height: size)
    switch relation {
    case .above: return [(first, upper), (group, lower)]
    case .below: return [(first, lower), (group, upper)]
    case .left: return [(first, left), (group, right)]
    case .right: return [(first, right), (group, left)]
    }
  }

  /// Where the shapes of a group stand: side by side along the longer edge of its box.
  private func places(
    of group: Group, in box: Box, size: Double, using random: inout RandomSource
  ) -> [(x: Double, y: Double, radius: Double)] {
    let isWide = box.width >= box.height
    let step = (isWide ? box.width : box.height) / Double(group.count)
    let room = min(step, isWide ? box.height : box.width)
    let radius = min(room * random.uniform(in: 0.32...0.42), size * 0.15)
    let margin = radius + 1
    return (0..<group.count).map { index in
      var cell = box
      if isWide {
        cell.left += step * Double(index)
        cell.width = step
      } else {
        cell.top += step * Double(index)
        cell.height = step
      }
      let x = cell.left + random.uniform(in: margin...max(margin, cell.width - margin))
      let y = cell.top + random.uniform(in: margin...max(margin, cell.height - margin))
      return (x, y, radius)
    }
  }
}

extension Scene.Shape {
  /// How far each pixel is from the shape's edge, negative inside, of a shape around the origin: `[H, W]` of columns
  /// `[W]` and rows `[H, 1]`.
  fileprivate func distance(_ x: Tensor, _ y: Tensor, _ radius: Double) -> Tensor {
    switch self {
    case .circle: return (x * x + y * y).sqrt() - radius
    case .square: return x.abs().maximum(y.abs()) - 0.86 * radius
    case .triangle: return ((x.abs() - (y + radius) * 0.56) * 0.87).maximum(y - 0.8 * radius)
    case .cross:
      let (along, across) = (x.abs(), y.abs())
      let lying = (along - radius).maximum(across - 0.3 * radius)
      return lying.minimum((along - 0.3 * radius).maximum(across - radius))
    }
  }
}

extension Tensor {
  /// From this to `end` by a share in 0...1 that may differ for each element.
  fileprivate func lerp(_ end: Tensor, by share: Tensor) -> Tensor { self + (end - self) * share }
}
