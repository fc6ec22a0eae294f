/// Batch normalisation of images `[N, C, H, W]` by channel (Ioffe and Szegedy, 2015).
///
/// In training it normalises with the batch's mean and variance, and moves the running ones towards them; in use with
/// the running ones.
public final class BatchNorm2d: Layer, ChannelNorm {
  /// The scale of each channel, 1 at first.
  public let weight: Parameter
  /// What is added to each channel, 0 at first.
  public let bias: Parameter
  public let runningMean: Buffer
  public let runningVar: Buffer
  /// How many batches it was trained with.
  public let numBatchesTracked: Buffer

  /// Added to the variance, against division by zero.
  public let eps: Double
  /// How far a batch moves the running mean and variance towards its own.
  public let momentum: Double

  /// A layer for this many channels.
  public init(_ channels: Int, eps: Double = 1e-5, momentum: Double = 0.1) {
    weight = Parameter([channels], .constant(1))
    bias = Parameter([channels], .constant(0))
    runningMean = Buffer(.zeros([channels]))
    runningVar = Buffer(.ones([channels]))
    numBatchesTracked = Buffer(.zeros([], dtype: .int64))
    self.eps = eps
    self.momentum = momentum
  }

  public var scaleAndShift: (scale: Tensor, shift: Tensor) {
    let scale = weight.value * (runningVar.value + eps).rsqrt()
    return (scale, bias.value - runningMean.value * scale)
  }

  public override func forward(_ x: Tensor) -> Tensor {
    if isTraining { numBatchesTracked.value.add_(1) }
    return x.batchNorm(
      runningMean: runningMean.value, runningVar: runningVar.value, weight: weight.value, bias: bias.value,
      isTraining: isTraining, momentum: momentum, eps: eps)
  }
}

/// Batch normalisation of vectors `[N, C]`: what it does to a channel does not depend on how many pixels it has.
public typealias BatchNorm1d = BatchNorm2d
