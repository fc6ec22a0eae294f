/// Batch normalisation whose statistics and scales are fixed: a scale and a shift for each channel of `[N, C, H, W]`.
///
/// Detectors use it in a backbone that was trained for classification, because their batches are too small to measure
/// a mean and a variance with.
public final class FrozenBatchNorm2d: Layer, ChannelNorm {
  public let weight: Buffer
  public let bias: Buffer
  public let runningMean: Buffer
  public let runningVar: Buffer

  /// Added to the variance, against division by zero.
  public let eps: Double

  /// A layer for this many channels that changes nothing until weights are loaded.
  public init(_ channels: Int, eps: Double = 1e-5) {
    weight = Buffer(.ones([channels]))
    bias = Buffer(.zeros([channels]))
    runningMean = Buffer(.zeros([channels]))
    runningVar = Buffer(.ones([channels]))
    self.eps = eps
  }

  public var scaleAndShift: (scale: Tensor, shift: Tensor) {
    let scale = weight.value * (runningVar.value + eps).rsqrt()
    return (scale, bias.value - runningMean.value * scale)
  }

  public override func forward(_ x: Tensor) -> Tensor {
    let (scale, shift) = scaleAndShift
    return x * scale.reshape(1, -1, 1, 1) + shift.reshape(1, -1, 1, 1)
  }
}
