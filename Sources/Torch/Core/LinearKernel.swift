internal import CTorch

/// The library that computes large float32 linear layers on the CPU, forward and backward.
///
/// libtorch gives them to MKL, which uses no more than AVX2 on AMD's processors. Where those have AVX-512, oneDNN is the
/// faster one, up to twice. The environment variable `FOVEA_LINEAR` (`libtorch` or `onednn`) overrules the choice.
public enum LinearKernel: String, Sendable, CaseIterable {
  /// What libtorch does by itself: MKL on x86.
  case libtorch
  case oneDNN = "onednn"

  /// The one in use, chosen by the processor's vendor; the same in every run.
  public static var current: LinearKernel {
    get { ct_linear_uses_onednn() != 0 ? .oneDNN : .libtorch }
    set { ct_linear_set_uses_onednn(newValue == .oneDNN ? 1 : 0) }
  }

  /// Measures it with a product of 512 x 768 and 768 x 768 numbers, for some milliseconds.
  ///
  /// - Returns: 1e9 floating-point operations a second, in the best of ten runs.
  public func measuredSpeed() -> Double {
    let multiply = self == .oneDNN ? Operators.oneDNNLinear : Operators.libtorchLinear
    let (x, weight) = (Tensor.ones([512, 768]), Tensor.ones([768, 768]))
    let clock = ContinuousClock()
    return withNoGrad {
      let seconds = (0..<10).map { _ in clock.measure { _ = multiply(x, weight, nil) } / .seconds(1) }
      return 2 * 512 * 768 * 768 / (seconds.min() ?? .infinity) / 1e9
    }
  }
}

extension Operators {
  static let oneDNNLinear = Op<Tensor, Tensor, Tensor, Tensor?>("fovea::onednn_linear")
  static let libtorchLinear = Op<Tensor, Tensor, Tensor, Tensor?>("aten::linear")
}
