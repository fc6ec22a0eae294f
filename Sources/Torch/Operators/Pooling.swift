extension Operators {
  static let maxPool2d = Op<Tensor, Tensor, [Int], [Int], [Int], [Int], Bool>("aten::max_pool2d")
  static let avgPool2d = Op<Tensor, Tensor, [Int], [Int], [Int], Bool, Bool>("aten::avg_pool2d")
  static let adaptiveAvgPool2d = Op<Tensor, Tensor, [Int]>("aten::adaptive_avg_pool2d")
  static let adaptiveMaxPool2d = Op<(Tensor, Tensor), Tensor, [Int]>("aten::adaptive_max_pool2d")
}

extension Tensor {
  /// The largest value of each window over `[N, C, H, W]`. The stride is the window's size unless given.
  ///
  /// - Parameter ceilMode: rounds the result's size up, so that a last, partial window counts.
  public func maxPool2d(
    _ kernel: Int, stride: Int? = nil, padding: Int = 0, dilation: Int = 1, ceilMode: Bool = false
  ) -> Tensor {
    let step = stride ?? kernel
    return Operators.maxPool2d(
      self, [kernel, kernel], [step, step], [padding, padding], [dilation, dilation], ceilMode)
  }

  /// The mean of each window over `[N, C, H, W]`. The stride is the window's size unless given.
  ///
  /// - Parameter countIncludePad: whether padding counts as zeros in the mean.
  public func avgPool2d(
    _ kernel: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false, countIncludePad: Bool = true
  ) -> Tensor {
    let step = stride ?? kernel
    return Operators.avgPool2d(self, [kernel, kernel], [step, step], [padding, padding], ceilMode, countIncludePad)
  }

  /// Means over windows that are chosen so that the result is `[N, C, height, width]`.
  public func adaptiveAvgPool2d(_ height: Int, _ width: Int) -> Tensor {
    Operators.adaptiveAvgPool2d(self, [height, width])
  }

  /// Maxima over windows that are chosen so that the result is `[N, C, height, width]`.
  public func adaptiveMaxPool2d(_ height: Int, _ width: Int) -> Tensor {
    Operators.adaptiveMaxPool2d(self, [height, width]).0
  }
}
