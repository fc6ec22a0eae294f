import Torch

// Images `[1, H, W]` or `[3, H, W]`, `uint8` in 0...255 or floating point in 0...1, with other colours. Results are
// torchvision's: computed as float32, cut to the range, and for `uint8` cut off to a whole level.
extension Tensor {
  /// The largest value of a channel.
  private var white: Double { dtype.isFloatingPoint ? 1 : 255 }

  /// Cut to the range of `image`, in its type.
  private func clipped(like image: Tensor) -> Tensor {
    clamp_(min: 0, max: .double(image.white)).to(image.dtype)
  }

  /// This, times `factor`: 0 is black, 1 the image itself.
  func brightness(_ factor: Double) -> Tensor { (self * factor).clipped(like: self) }

  /// Between the mean grey (0) and the image itself (1), and beyond.
  func contrast(_ factor: Double) -> Tensor {
    let gray = shape[0] == 1 ? asFloat() : wholeLuminance()
    return mixed(with: gray.mean(), factor)
  }

  /// Between the grey image (0) and the image itself (1), and beyond.
  func saturation(_ factor: Double) -> Tensor {
    shape[0] == 1 ? self : mixed(with: wholeLuminance(), factor)
  }

  /// Every colour turned around the colour wheel: `turn` is in turns, -0.5...0.5.
  func hue(_ turn: Double) -> Tensor {
    guard shape[0] == 3 else { return self }
    let colors = scaledToUnit()
    let value = colors.amax(dims: [0])
    let chroma = value - colors.amin(dims: [0])
    let turned = (colors.hueSextant(value: value, chroma: chroma) + turn * 6).remainder(6)
    // Alvy Ray Smith's hexcone without its six cases: each channel falls from the value by at most the chroma, by how far
    // the hue is from that channel's own.
    let distance = (turned + Tensor([5, 3, 1], shape: [3, 1, 1])).remainder(6)
    let fall = distance.minimum(4 - distance).clamp_(min: 0, max: 1)
    let result = value - chroma * fall
    return dtype.isFloatingPoint ? result : result.scaledToBytes()
  }

  /// The luminance `[1, H, W]` of an RGB image, `float32` or the image's own floating-point type (ITU-R BT.601).
  func luminance() -> Tensor {
    (self[0..<1] * 0.2989).add_(self[1..<2], scale: 0.587).add_(self[2..<3], scale: 0.114)
  }

  /// The luminance, in whole levels where the image has whole levels.
  private func wholeLuminance() -> Tensor { dtype.isFloatingPoint ? luminance() : luminance().floor() }

  private func asFloat() -> Tensor { dtype.isFloatingPoint ? self : to(.float32) }

  private func mixed(with other: Tensor, _ factor: Double) -> Tensor {
    (self * factor).add_(other, scale: .double(1 - factor)).clipped(like: self)
  }

  /// The hue of each pixel `[H, W]`, in sixths of the colour wheel from red, of an RGB image in 0...1.
  private func hueSextant(value: Tensor, chroma: Tensor) -> Tensor {
    let divisor = (chroma .== 0).select(Tensor.ones(like: chroma), chroma)
    let (red, green, blue) = (self[0], self[1], self[2])
    let fromRed = (green - blue) / divisor
    let fromGreen = (blue - red) / divisor + 2
    let fromBlue = (red - green) / divisor + 4
    return (value .== red).select(fromRed, (value .== green).select(fromGreen, fromBlue))
  }
}
