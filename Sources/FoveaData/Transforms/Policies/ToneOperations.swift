import Torch

// What the augmentation policies do to single levels of `uint8` images `[1, H, W]` or `[3, H, W]`. Pillow has them all
// (`ImageOps`, `ImageEnhance`); results are torchvision's.
extension Tensor {
  /// Only the highest `bits` of each level kept.
  func posterized(bits: Int) -> Tensor {
    guard bits < 8 else { return self }
    let step = 1 << (8 - Swift.max(0, bits))
    return bits <= 0 ? .zeros(like: self) : floorDivide(step) * step
  }

  /// Levels from `threshold` up inverted.
  func solarized(from threshold: Double) -> Tensor { (self .>= threshold).select(255 - self, self) }

  /// Each channel stretched so that its darkest level is 0 and its brightest 255.
  func autoContrasted() -> Tensor {
    let levels = to(.float32)
    let darkest = levels.amin(dims: [-2, -1], keepDim: true)
    let brightest = levels.amax(dims: [-2, -1], keepDim: true)
    let isFlat = brightest .== darkest
    let step = isFlat.select(Tensor.ones(like: darkest), (brightest - darkest) * (1.0 / 255))
    let stretched = (levels - isFlat.select(Tensor.zeros(like: darkest), darkest)).div_(step)
    return stretched.clamp_(min: 0, max: 255).to(.uint8)
  }

  /// Each channel's levels spread so that all are about equally frequent.
  func equalized() -> Tensor {
    Tensor.stack(unbind().map { $0.withEqualizedLevels() })
  }

  /// One channel `[H, W]` with its histogram flattened by Pillow's rule.
  private func withEqualizedLevels() -> Tensor {
    let histogram = flatten().binCount(count: 256).array(Int.self)
    // The brightest level is left out of the count, so that it can become 255.
    let step = (count - (histogram.last { $0 > 0 } ?? 0)) / 255
    guard step > 0 else { return self }
    var darker = step / 2
    let table = histogram.map { frequency in
      defer { darker += frequency }
      return UInt8(Swift.min(255, darker / step))
    }
    return Tensor(table).indexSelect(dim: 0, flatten().to(.int64)).reshape(shape.sizes)
  }

  /// Between a smoothed image (0) and the image itself (1), and beyond. The outermost pixels stay as they are.
  func sharpness(_ factor: Double) -> Tensor {
    guard shape[-1] > 2, shape[-2] > 2 else { return self }
    var kernel = [Float](repeating: 1 / 13, count: 9)
    kernel[4] = 5 / 13
    let levels = to(.float32)
    let smooth = levels.unsqueeze(1).conv2d(Tensor(kernel, shape: [1, 1, 3, 3])).squeeze(1).round()
    let inner = levels[0..., 1..<shape[-2] - 1, 1..<shape[-1] - 1]
    inner.add_(smooth.sub_(inner), scale: .double(1 - factor))
    return levels.clamp_(min: 0, max: 255).to(.uint8)
  }
}
