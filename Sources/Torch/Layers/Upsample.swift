/// Makes images `[N, C, H, W]` larger by a whole factor.
public final class Upsample: Layer {
  public let scale: Int
  public let mode: Interpolation
  public let alignCorners: Bool

  public init(scale: Int, mode: Interpolation = .nearest, alignCorners: Bool = false) {
    precondition(scale > 0, "the scale \(scale) must be positive")
    self.scale = scale
    self.mode = mode
    self.alignCorners = alignCorners
  }

  public override func forward(_ x: Tensor) -> Tensor {
    x.interpolate(height: x.shape[-2] * scale, width: x.shape[-1] * scale, mode: mode, alignCorners: alignCorners)
  }
}
