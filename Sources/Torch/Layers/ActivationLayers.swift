// Activations as layers, for a `Sequential`; elsewhere the tensor's own methods are shorter.

/// max(x, 0).
public final class ReLU: Layer, ActivationLayer {
  private let isInPlace: Bool

  /// - Parameter isInPlace: overwrites its input, which nobody else may need; saves memory and time.
  public init(isInPlace: Bool = false) { self.isInPlace = isInPlace }

  public var function: ActivationFunction { .relu }

  public override func forward(_ x: Tensor) -> Tensor { isInPlace ? x.relu_() : x.relu() }
}

/// x limited to 0...6.
public final class ReLU6: Layer, ActivationLayer {
  public var function: ActivationFunction { .relu6 }

  public override func forward(_ x: Tensor) -> Tensor { x.relu6() }
}

/// x, and below zero `slope * x`.
public final class LeakyReLU: Layer, ActivationLayer {
  public let slope: Double

  public init(_ slope: Double = 0.01) { self.slope = slope }

  public var function: ActivationFunction { .leakyReLU(slope: slope) }

  public override func forward(_ x: Tensor) -> Tensor { x.leakyRelu(slope) }
}

/// x, and below zero `weight * x`, the weight being learned (He et al., 2015).
public final class PReLU: Layer {
  public let weight: Parameter

  /// - Parameter channels: 1 for one weight in all, or one for each channel of `[N, C, ...]`.
  public init(channels: Int = 1, initial: Double = 0.25) { weight = Parameter([channels], .constant(initial)) }

  public override func forward(_ x: Tensor) -> Tensor { x.prelu(weight.value) }
}

/// x Φ(x), Φ being the normal distribution (Hendrycks and Gimpel, 2016).
public final class GELU: Layer, ActivationLayer {
  private let usesTanh: Bool

  /// - Parameter tanh: takes the older, quicker estimate.
  public init(tanh: Bool = false) { usesTanh = tanh }

  public var function: ActivationFunction { .gelu(tanh: usesTanh) }

  public override func forward(_ x: Tensor) -> Tensor { x.gelu(tanh: usesTanh) }
}

/// x σ(x), also called swish.
public final class SiLU: Layer, ActivationLayer {
  public var function: ActivationFunction { .silu }

  public override func forward(_ x: Tensor) -> Tensor { x.silu() }
}

/// x relu6(x + 3) / 6 (Howard et al., 2019).
public final class Hardswish: Layer, ActivationLayer {
  public var function: ActivationFunction { .hardswish }

  public override func forward(_ x: Tensor) -> Tensor { x.hardswish() }
}

/// 1 / (1 + exp(-x)).
public final class Sigmoid: Layer, ActivationLayer {
  public var function: ActivationFunction { .sigmoid }

  public override func forward(_ x: Tensor) -> Tensor { x.sigmoid() }
}

/// The hyperbolic tangent.
public final class Tanh: Layer, ActivationLayer {
  public var function: ActivationFunction { .tanh }

  public override func forward(_ x: Tensor) -> Tensor { x.tanh() }
}
