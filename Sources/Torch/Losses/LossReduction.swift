/// What becomes of the losses of a batch's elements. The raw values are libtorch's own codes.
public enum Reduction: Int, Sendable, OperatorArgument {
  /// They are returned as they are.
  case none = 0
  /// Their mean.
  case mean = 1
  /// Their sum.
  case sum = 2

  public func push(onto frame: OperatorFrame) { rawValue.push(onto: frame) }

  /// The losses reduced.
  func apply(to losses: Tensor) -> Tensor {
    switch self {
    case .none: losses
    case .mean: losses.mean()
    case .sum: losses.sum()
    }
  }
}
