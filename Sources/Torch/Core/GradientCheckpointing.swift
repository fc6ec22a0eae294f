internal import CTorch

extension Tensor {
  /// What `body` makes of this tensor, without keeping what it computes on the way: the backward pass runs `body` once more
  /// to have it (Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016). PyTorch's `checkpoint`.
  ///
  /// ```swift
  /// for block in blocks { x = x.checkpointed { block($0) } }   // a block's memory in place of all of theirs
  /// ```
  /// `body` may use parameters: their gradients are summed up when the backward pass comes to it. It draws the same random
  /// numbers both times. ``gradients(of:for:gradients:retainGraph:createGraph:)`` does not see parameters through it, and
  /// it cannot be differentiated twice. Without gradient mode it is simply called.
  public func checkpointed(_ body: @escaping (Tensor) -> Tensor) -> Tensor {
    guard isGradEnabled else { return body(self) }
    // Parameters want gradients also where what they are applied to wants none.
    let input = requiresGrad ? self : detach()
    if !requiresGrad { input.requiresGrad = true }
    let segment = CheckpointedSegment(input.detach(), body)
    let output = withNoGrad { body(input.detach()) }
    let context = Unmanaged.passRetained(segment).toOpaque()
    let raw = ct_tensor_attach(
      output.raw, input.raw,
      { context, gradient, result in
        guard let context, let gradient else { return 1 }
        let segment = Unmanaged<CheckpointedSegment>.fromOpaque(context).takeUnretainedValue()
        guard let made = segment.gradient(Tensor(owning: gradient)) else { return 0 }
        result?.pointee = made.handedOver()
        return 0
      },
      { context in context.map { Unmanaged<CheckpointedSegment>.fromOpaque($0).release() } }, context)
    guard let raw else {
      ErrorScope.report(String(cString: ct_error_message()), in: "checkpointed")
      return .placeholder
    }
    return Tensor(owning: raw)
  }

  /// The handle, with a reference of its own for whoever gets it.
  private func handedOver() -> OpaquePointer {
    ct_tensor_retain(raw)
    return raw
  }
}

/// A part of a network that is computed twice: what goes in, and all that decides what comes out.
private final class CheckpointedSegment {
  private let input: Tensor
  private let body: (Tensor) -> Tensor
  private let device: Device
  private let randomState: Tensor
  private let autocastType: DType?

  init(_ input: Tensor, _ body: @escaping (Tensor) -> Tensor) {
    self.input = input
    self.body = body
    device = input.device
    randomState = Generator.default(for: device).state
    let kind = device.kind.rawValue
    autocastType =
      ct_autocast_enabled(kind) != 0 ? DType(rawValue: Int(ct_autocast_scalar_type(kind))) : nil
  }

  /// The gradient of the input for one of the output; those of parameters are summed up in them.
  func gradient(_ outputGradient: Tensor) -> Tensor? {
    let generator = Generator.default(for: device)
    let present = generator.state
    restore(generator, randomState)
    let input = self.input.detach()
    input.requiresGrad = true
    let output = withGrad { withAutocast(autocastType, on: device) { body(input) } }
    restore(generator, present)
    output.backward(gradient: outputGradient)
    return input.grad
  }

  private func restore(_ generator: Generator, _ state: Tensor) {
    do { try generator.restore(state) } catch { reportError(error) }
  }
}
