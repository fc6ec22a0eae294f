extension Operators {
  static let reorderConvolutionWeight = Op<Tensor, Tensor, [Int], [Int], [Int], Int, [Int]?>(
    "mkldnn::_reorder_convolution_weight")
  static let convolutionPointwise = Op<
    Tensor, Tensor, Tensor, Tensor?, [Int], [Int], [Int], Int, String, [Double], String
  >("mkldnn::_convolution_pointwise")
  static let convolutionPointwiseBinary = Op<
    Tensor, Tensor, Tensor, Tensor, Tensor?, [Int], [Int], [Int], Int, String, Scalar?, String?, [Double], String?
  >("mkldnn::_convolution_pointwise", "binary")
  static let prefersKernels = Op<Bool, Tensor, Tensor, [Int], [Int], [Int], Int>("fovea::prefers_kernels")
  static let convolutionKernels = Op<Tensor, Tensor, DType>("fovea::convolution_kernels")
  static let convolutionWithKernels = Op<Tensor, Tensor, Tensor, Tensor, Tensor?, Int, Bool>(
    "fovea::convolution_with_kernels")
}

/// A convolution with the normalisation behind it folded into its weights, and these laid out as oneDNN's kernel wants
/// them for one size of images. Other sizes work too, if not as fast.
struct PackedConvolution {
  private let conv: Conv2d
  private let norm: (any ChannelNorm)?  // held because the table that this is in knows both by their identity
  private let dtype: DType
  private let weight: Tensor  // as its way has it
  private let bias: Tensor
  private let way: Way

  /// Who computes it: Winograd's minimal filtering where that is the fastest, oneDNN, or libtorch layer by layer.
  private enum Way { case winograd, oneDNN, plain }

  init(_ conv: Conv2d, _ norm: (any ChannelNorm)?, dtype: DType, input: Shape) {
    self.conv = conv
    self.norm = norm
    self.dtype = dtype
    var weight = conv.weight.value.detach()
    var bias = conv.bias?.value.detach() ?? Tensor.zeros([conv.outputs], dtype: weight.dtype, device: weight.device)
    if let (scale, shift) = norm?.scaleAndShift {
      weight = weight * scale.detach().reshape(-1, 1, 1, 1)
      bias = bias * scale.detach() + shift.detach()
    }
    let input = conv.samePadding ? conv.padded(.zeros(input.sizes)).shape : input
    let exact = weight
    weight = weight.to(dtype)
    self.bias = bias.to(dtype)
    let (padding, stride, dilation) = conv.pairs
    let images = Tensor.zeros(input.sizes, dtype: dtype, device: weight.device).contiguous(.channelsLast)
    if Operators.prefersKernels(images, weight, stride, padding, dilation, conv.groups) {
      way = .winograd
      self.weight = Operators.convolutionKernels(exact, dtype)
    } else if PackedLayers.hasKernels(for: dtype, on: weight.device) {
      way = .oneDNN
      self.weight = Operators.reorderConvolutionWeight(weight, padding, stride, dilation, conv.groups, input.sizes)
    } else {
      way = .plain
      self.weight = weight.contiguous(.channelsLast)
    }
  }

  /// `activation(norm(conv(x)) + other)`.
  func callAsFunction(_ x: Tensor, adding other: Tensor?, _ activation: ActivationFunction) -> Tensor {
    let x = conv.padded(x).inferenceInput(dtype).contiguousIfNeeded(.channelsLast)
    switch way {
    case .winograd:
      let rectifies = activation == .relu
      let sum = Operators.convolutionWithKernels(
        x, weight, bias, other?.inferenceInput(dtype), conv.padding, rectifies)
      return rectifies ? sum : activation.consume(sum)
    case .oneDNN: return fused(x, adding: other, activation)
    case .plain:
      let y = x.conv2d(
        weight, bias: bias, stride: conv.stride, padding: conv.padding, dilation: conv.dilation, groups: conv.groups)
      return activation.consume(other.map { y + $0 } ?? y)
    }
  }

  private func fused(_ x: Tensor, adding other: Tensor?, _ activation: ActivationFunction) -> Tensor {
    let (padding, stride, dilation) = conv.pairs
    guard let other else {
      let (name, numbers, variant) = activation.postOperation
      return Operators.convolutionPointwise(
        x, weight, bias, padding, stride, dilation, conv.groups, name, numbers, variant)
    }
    // Behind a sum the kernel knows no activation but ReLU.
    let isFused = activation == .relu
    let sum = Operators.convolutionPointwiseBinary(
      x, other.inferenceInput(dtype), weight, bias, padding, stride, dilation, conv.groups, "add", nil,
      isFused ? "relu" : nil, [], nil)
    return isFused ? sum : activation.consume(sum)
  }
}

extension Conv2d {
  fileprivate var pairs: (padding: [Int], stride: [Int], dilation: [Int]) {
    ([padding, padding], [stride, stride], [dilation, dilation])
  }
}
