/// What is done to each element of a layer's result, and can be done by the kernel that computes it.
///
/// ```swift
/// conv(x, norm: bn, activation: .relu)
/// ```
public enum ActivationFunction: Sendable, Hashable {
  /// Nothing.
  case identity
  case relu
  /// x limited to 0...6.
  case relu6
  case leakyReLU(slope: Double)
  /// `tanh` takes the older, quicker estimate.
  case gelu(tanh: Bool = false)
  case silu
  case hardswish
  case sigmoid
  case tanh

  /// Applies it, in place where no gradient needs the tensor as it was. Nobody else may need it.
  func consume(_ x: Tensor) -> Tensor {
    switch self {
    case .identity: x
    case .relu: x.relu_()
    case .relu6: x.relu6()
    case .leakyReLU(let slope): x.leakyRelu(slope)
    case .gelu(let tanh): x.gelu(tanh: tanh)
    case .silu: x.silu()
    case .hardswish: x.hardswish()
    case .sigmoid: x.sigmoid()
    case .tanh: x.tanh()
    }
  }

  /// Its name, numbers and variant among oneDNN's post-operations, as libtorch's fused operators take them.
  var postOperation: (name: String, numbers: [Double], variant: String) {
    switch self {
    case .identity: ("none", [], "")
    case .relu: ("relu", [], "")
    case .relu6: ("hardtanh", [0, 6], "")
    case .leakyReLU(let slope): ("leaky_relu", [slope], "")
    case .gelu(let tanh): ("gelu", [], tanh ? "tanh" : "none")
    case .silu: ("swish", [], "")
    case .hardswish: ("hardswish", [], "")
    case .sigmoid: ("sigmoid", [], "")
    case .tanh: ("tanh", [], "")
    }
  }
}

/// A layer that is nothing but an activation function: a ``Sequential`` hands it to the layer before it.
public protocol ActivationLayer: Layer {
  /// What it computes.
  var function: ActivationFunction { get }
}
