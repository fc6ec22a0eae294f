/// Layer normalisation: each vector of the last dimensions to mean 0 and variance 1, then scaled and shifted
/// (Ba et al., 2016).
public final class LayerNorm: Layer {
  /// The scale of each element, 1 at first.
  public let weight: Parameter
  /// What is added to each element, 0 at first.
  public let bias: Parameter

  /// Added to the variance, against division by zero.
  public let eps: Double

  /// A layer over the last dimension, of this size.
  public convenience init(_ size: Int, eps: Double = 1e-5) { self.init([size], eps: eps) }

  /// A layer over the last dimensions, of these sizes.
  public init(_ shape: [Int], eps: Double = 1e-5) {
    weight = Parameter(shape, .constant(1))
    bias = Parameter(shape, .constant(0))
    self.eps = eps
  }

  public override func forward(_ x: Tensor) -> Tensor {
    x.layerNorm(weight.value.shape.sizes, weight: weight.value, bias: bias.value, eps: eps)
  }
}
