extension Operators {
  static let supportsBFloat16 = Op<Bool>("mkldnn::_is_mkldnn_bf16_supported")
}

/// The convolutions and linear layers of one optimized model, each packed when it is first run.
///
/// `Conv2d` and `Linear` look for the table that they run under, ``current``; that is how a network keeps one `forward`
/// for training and for use.
final class PackedLayers: @unchecked Sendable {  // used by the thread that runs the model, as the model is
  @TaskLocal static var current: PackedLayers?

  private let dtype: DType
  private var convolutions: [Key: PackedConvolution] = [:]
  private var linears: [Key: PackedLinear] = [:]

  init(dtype: DType) { self.dtype = dtype }

  /// Weights may be shared, by layers with different normalisations or as parts of one matrix.
  private struct Key: Hashable {
    let weight: ObjectIdentifier
    var norm: ObjectIdentifier?
    var firstRow = 0
  }

  /// How many layers have been packed.
  var count: Int { convolutions.count + linears.count }

  func convolve(
    _ x: Tensor, _ conv: Conv2d, _ norm: (any ChannelNorm)?, _ other: Tensor?, _ activation: ActivationFunction
  ) -> Tensor {
    let key = Key(weight: ObjectIdentifier(conv.weight), norm: norm.map { ObjectIdentifier($0) })
    if let known = convolutions[key] { return known(x, adding: other, activation) }
    let packed = PackedConvolution(conv, norm, dtype: dtype, input: x.shape)
    convolutions[key] = packed
    return packed(x, adding: other, activation)
  }

  /// - Parameter rows: the part of the weight and the bias to use; nil for all.
  func multiply(
    _ x: Tensor, _ weight: Parameter, _ bias: Parameter?, rows: Range<Int>?, _ other: Tensor?,
    _ activation: ActivationFunction
  ) -> Tensor {
    let key = Key(weight: ObjectIdentifier(weight), firstRow: rows?.lowerBound ?? 0)
    if let known = linears[key] { return known(x, adding: other, activation) }
    let packed = PackedLinear(
      weight, weight: rows.map { weight.value[$0] } ?? weight.value,
      bias: rows.map { rows in bias.map { $0.value[rows] } } ?? bias?.value, dtype: dtype,
      rows: x.count / max(1, x.shape[-1]))
    linears[key] = packed
    return packed(x, adding: other, activation)
  }

  /// Whether libtorch's fused operators work for this type here. Where not, layers run one by one.
  static func hasKernels(for dtype: DType, on device: Device) -> Bool {
    guard device == .cpu else { return false }
    return dtype == .float32 || (dtype == .bfloat16 && Operators.supportsBFloat16())
  }
}

extension Tensor {
  /// Itself, or its conversion; asking is quicker than an operator that finds nothing to do.
  func inferenceInput(_ dtype: DType) -> Tensor { self.dtype == dtype ? self : to(dtype) }

  func contiguousIfNeeded(_ format: MemoryFormat) -> Tensor { isContiguous(format) ? self : contiguous(format) }
}
