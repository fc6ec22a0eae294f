extension Operators {
  static let conv1d = Op<Tensor, Tensor, Tensor, Tensor?, [Int], [Int], [Int], Int>("aten::conv1d")
  static let conv2d = Op<Tensor, Tensor, Tensor, Tensor?, [Int], [Int], [Int], Int>("fovea::conv2d")
  static let convTranspose2d = Op<Tensor, Tensor, Tensor, Tensor?, [Int], [Int], [Int], Int, [Int]>(
    "aten::conv_transpose2d", "input")
  static let unfold = Op<Tensor, Tensor, [Int], [Int], [Int], [Int]>("aten::im2col")
}

extension Tensor {
  /// 1-D convolution over `[N, C, L]` with a weight `[O, C / groups, K]`; returns `[N, O, L']`.
  public func conv1d(
    _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1
  ) -> Tensor {
    Operators.conv1d(self, weight, bias, [stride], [padding], [dilation], groups)
  }

  /// 2-D convolution over `[N, C, H, W]` with a weight `[O, C / groups, KH, KW]`; returns `[N, O, H', W']`.
  public func conv2d(
    _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1
  ) -> Tensor {
    if stride > 1, padding == 0, groups == 1, weight.shape[1] < 8, weight.shape[2] == 1, weight.shape[3] == 1 {
      // The same numbers from every `stride`-th pixel. oneDNN's AVX2 kernel for the weight's gradient, of libtorch 2.13,
      // loops for ever or writes beyond its memory with 2 to 7 channels, channels last, and such a stride.
      return self[.all, .all, .every(stride), .every(stride)].conv2d(weight, bias: bias)
    }
    return Operators.conv2d(self, weight, bias, [stride, stride], [padding, padding], [dilation, dilation], groups)
  }

  /// 2-D convolution whose stride, padding and dilation differ by direction: (vertical, horizontal).
  public func conv2d(
    _ weight: Tensor, bias: Tensor? = nil, stride: (Int, Int), padding: (Int, Int), dilation: (Int, Int) = (1, 1),
    groups: Int = 1
  ) -> Tensor {
    Operators.conv2d(
      self, weight, bias, [stride.0, stride.1], [padding.0, padding.1], [dilation.0, dilation.1], groups)
  }

  /// The transpose of a 2-D convolution over `[N, C, H, W]` with a weight `[C, O / groups, KH, KW]`; makes images larger.
  public func convTranspose2d(
    _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0, groups: Int = 1,
    dilation: Int = 1
  ) -> Tensor {
    Operators.convTranspose2d(
      self, weight, bias, [stride, stride], [padding, padding], [outputPadding, outputPadding], groups,
      [dilation, dilation])
  }

  /// The patches that a convolution would see, as columns: `[N, C, H, W]` gives `[N, C·K·K, L]`.
  public func unfold(kernel: Int, dilation: Int = 1, padding: Int = 0, stride: Int = 1) -> Tensor {
    Operators.unfold(self, [kernel, kernel], [dilation, dilation], [padding, padding], [stride, stride])
  }
}
