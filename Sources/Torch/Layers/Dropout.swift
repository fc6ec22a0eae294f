/// In training, sets elements to zero with a probability and scales the others up to match (Srivastava et al., 2014).
public final class Dropout: Layer {
  public let probability: Double

  public init(_ probability: Double = 0.5) {
    precondition((0...1).contains(probability), "\(probability) is no probability")
    self.probability = probability
  }

  public override func forward(_ x: Tensor) -> Tensor { x.dropout(probability, isTraining: isTraining) }
}

/// In training, leaves a residual branch `[N, ...]` out for whole samples with a probability, and scales the others up
/// to match: stochastic depth (Huang et al., 2016).
public final class DropPath: Layer {
  public let probability: Double

  public init(_ probability: Double) {
    precondition((0...1).contains(probability), "\(probability) is no probability")
    self.probability = probability
  }

  /// Whether it leaves anything out now; where not, a branch may as well be added as it is computed.
  public var isDropping: Bool { isTraining && probability > 0 }

  public override func forward(_ x: Tensor) -> Tensor {
    guard isDropping else { return x }
    let shape = [x.shape[0]] + Array(repeating: 1, count: x.rank - 1)
    let kept = Tensor.empty(shape, dtype: x.dtype, device: x.device).bernoulli_(1 - probability)
    return x * (probability < 1 ? kept.div_(1 - probability) : kept)
  }
}
