/// A trained model in the form in which it is used.
///
/// Normalisations are folded into the convolutions before them; each convolution or linear layer runs as one kernel
/// together with the sum and the activation behind it; weights are laid out once as the kernels want them. The model
/// itself stays as it is, and can have several such forms, one in float32 and one in bfloat16 for instance.
///
/// ```swift
/// let fast = model.optimized(for: [1, 3, 224, 224])
/// let logits = fast(images)
/// let maps = fast.run { model.features(images) }   // whatever else the model computes
/// ```
/// A network takes part by saying what belongs together: `conv(x, norm: bn, adding: shortcut, activation: .relu)`,
/// `linear(x, activation: .gelu())`; a ``Sequential`` finds it out from the order of its layers. That is also what it
/// computes in training, so there is one `forward` and no second form to keep in step with it.
///
/// Weights are taken when a layer runs for the first time; make another form after changing them. It belongs to the
/// thread that its model belongs to.
public class OptimizedModule {
  /// The type that it computes in.
  public let dtype: DType
  private let layers: PackedLayers
  fileprivate let device: Device

  init(_ model: Module, dtype: DType) {
    model.eval()
    device = model.parameters().first?.value.device ?? .cpu
    self.dtype = dtype
    layers = PackedLayers(dtype: dtype)
  }

  /// How many layers have been packed: those that have run.
  public final var packedLayerCount: Int { layers.count }

  /// Runs `body` so that the model's layers take their optimized form, without recording gradients.
  public final func run<Result>(_ body: () throws -> Result) rethrows -> Result {
    // What has no packed form, such as a transposed convolution, is converted by autocast.
    try withNoGrad {
      try withAutocast(dtype == .float32 ? nil : dtype, on: device) {
        try PackedLayers.$current.withValue(layers, operation: body)
      }
    }
  }
}

/// A trained ``Layer`` in the form in which it is used; see ``OptimizedModule``.
public final class OptimizedLayer: OptimizedModule {
  private let model: Layer

  init(_ model: Layer, dtype: DType) {
    self.model = model
    super.init(model, dtype: dtype)
  }

  /// What the model computes, in `dtype`.
  public func callAsFunction(_ x: Tensor) -> Tensor { run { model(x) } }
}

extension Module {
  /// The form in which the model is used, for what it computes by other means than `model(x)`. Leaves training mode.
  ///
  /// - Parameter dtype: `.float32`, or `.bfloat16` where the processor has it.
  @_disfavoredOverload
  public final func optimized(dtype: DType = .float32) -> OptimizedModule { OptimizedModule(self, dtype: dtype) }
}

extension Layer {
  /// The form in which the model is used; its results are within rounding of the model's own. Leaves training mode.
  ///
  /// - Parameters:
  ///   - input: the size that weights are laid out for, such as `[1, 3, 224, 224]`; the first input's unless given.
  ///   - dtype: `.float32`, or `.bfloat16` where the processor has it.
  public final func optimized(for input: Shape? = nil, dtype: DType = .float32) -> OptimizedLayer {
    let optimized = OptimizedLayer(self, dtype: dtype)
    if let input { _ = optimized(Tensor.zeros(input.sizes, device: optimized.device)) }
    return optimized
  }
}
