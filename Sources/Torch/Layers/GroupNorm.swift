/// Group normalisation of `[N, C, ...]`: each group of an image's channels to mean 0 and variance 1, then scaled and
/// shifted by channel (Wu and He, 2018). It does not depend on the batch.
public final class GroupNorm: Layer {
  /// The scale of each channel, 1 at first.
  public let weight: Parameter
  /// What is added to each channel, 0 at first.
  public let bias: Parameter

  public let groups: Int
  /// Added to the variance, against division by zero.
  public let eps: Double

  /// A layer for `channels` channels in `groups` groups of the same size.
  public init(groups: Int, channels: Int, eps: Double = 1e-5) {
    precondition(channels % groups == 0, "\(groups) groups must divide \(channels) channels")
    weight = Parameter([channels], .constant(1))
    bias = Parameter([channels], .constant(0))
    self.groups = groups
    self.eps = eps
  }

  public override func forward(_ x: Tensor) -> Tensor {
    x.groupNorm(groups: groups, weight: weight.value, bias: bias.value, eps: eps)
  }
}
