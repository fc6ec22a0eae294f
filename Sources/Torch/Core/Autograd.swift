internal import CTorch

extension Tensor {
  /// Whether gradients are kept for it. May be set on tensors that no operator made.
  public var requiresGrad: Bool {
    get { ct_tensor_requires_grad(raw) != 0 }
    nonmutating set {
      if ct_tensor_set_requires_grad(raw, newValue ? 1 : 0) != 0 {
        ErrorScope.report(String(cString: ct_error_message()), in: "requiresGrad")
      }
    }
  }

  /// The gradient that backward passes have summed up in it, if there is one.
  public var grad: Tensor? {
    get { ct_tensor_grad(raw).map(Tensor.init(owning:)) }
    nonmutating set {
      if ct_tensor_set_grad(raw, newValue?.raw) != 0 {
        ErrorScope.report(String(cString: ct_error_message()), in: "grad")
      }
    }
  }

  /// Whether it is at the start of a graph: made by the user, not by an operator that was recorded.
  public var isLeaf: Bool { ct_tensor_is_leaf(raw) != 0 }

  /// Sums the gradient of this tensor into `grad` of every leaf that it was made from.
  ///
  /// - Parameters:
  ///   - gradient: the gradient of the result for this tensor; may be left out where it has one element.
  ///   - retainGraph: keeps the graph for another pass through it.
  ///   - createGraph: records the pass itself, for derivatives of derivatives.
  public func backward(gradient: Tensor? = nil, retainGraph: Bool = false, createGraph: Bool = false) {
    let roots: [OpaquePointer?] = [raw]
    let gradients: [OpaquePointer?] = [gradient?.raw]
    let status = withExtendedLifetime(gradient) {
      ct_backward(roots, gradients, 1, retainGraph || createGraph ? 1 : 0, createGraph ? 1 : 0)
    }
    if status != 0 { ErrorScope.report(String(cString: ct_error_message()), in: "backward") }
  }
}

/// The gradients of the sum of `outputs` for `inputs`, without touching anybody's `grad`.
///
/// - Parameters:
///   - gradients: the gradient of the result for each output; may be left out where each has one element.
/// - Returns: one gradient an input; nil for an input that the outputs do not depend on.
public func gradients(
  of outputs: [Tensor], for inputs: [Tensor], gradients: [Tensor]? = nil, retainGraph: Bool = false,
  createGraph: Bool = false
) -> [Tensor?] {
  precondition(gradients.map { $0.count == outputs.count } ?? true, "one gradient an output")
  var results = [OpaquePointer?](repeating: nil, count: inputs.count)
  let given: [OpaquePointer?] = gradients?.map(\.raw) ?? Array(repeating: nil, count: outputs.count)
  let status = withExtendedLifetime(gradients) {
    outputs.withHandles { outputHandles in
      inputs.withHandles { inputHandles in
        ct_gradients(
          outputHandles, given, Int64(outputs.count), inputHandles, Int64(inputs.count),
          retainGraph || createGraph ? 1 : 0, createGraph ? 1 : 0, 1, &results)
      }
    }
  }
  if status != 0 { ErrorScope.report(String(cString: ct_error_message()), in: "gradients") }
  return results.map { $0.map(Tensor.init(owning:)) }
}

/// Runs `body` without recording gradients on this thread.
///
/// It takes a synchronous closure only: the mode belongs to the thread, and a task may wake up on another one.
public func withNoGrad<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
  try withGradMode(false, body)
}

/// Runs `body` with gradients recorded on this thread, also inside a `withNoGrad`.
public func withGrad<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
  try withGradMode(true, body)
}

private func withGradMode<Result, Failure: Error>(
  _ enabled: Bool, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let before = ct_grad_mode()
  ct_set_grad_mode(enabled ? 1 : 0)
  defer { ct_set_grad_mode(before) }
  return try body()
}

/// Runs `body` in inference mode: quicker than `withNoGrad`, but tensors made in it can never enter a graph.
public func withInferenceMode<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
  let guardObject = ct_inference_mode_begin()
  defer { ct_inference_mode_end(guardObject) }
  return try body()
}

/// Runs `body` with autocast: matrix products and convolutions in `dtype`, what needs more digits in float32.
///
/// Leave it before the backward pass; backward uses the types that forward used.
///
/// - Parameters:
///   - dtype: the type for the quick operators; nil runs `body` without autocast.
///   - device: the kind of device whose operators are meant.
public func withAutocast<Result, Failure: Error>(
  _ dtype: DType?, on device: Device = .cpu, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let kind = device.kind.rawValue
  let wasEnabled = ct_autocast_enabled(kind)
  let before = ct_autocast_scalar_type(kind)
  let code = dtype.map { Int32($0.rawValue) } ?? before
  guard ct_autocast_begin(kind, dtype == nil ? 0 : 1, code) == 0 else {
    ErrorScope.report(String(cString: ct_error_message()), in: "autocast")
    return try body()
  }
  defer { ct_autocast_end(kind, wasEnabled, before) }
  return try body()
}

/// Whether gradients are recorded on this thread.
public var isGradEnabled: Bool { ct_grad_mode() != 0 }
