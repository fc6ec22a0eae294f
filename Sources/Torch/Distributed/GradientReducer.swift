internal import CTorch

/// Averages gradients over processes while the backward pass goes on: c10d's reducer, the one of PyTorch's
/// `DistributedDataParallel` (Li et al., "PyTorch Distributed", 2020).
///
/// Gradients travel in pieces of up to 25 MB, the last layers' first. Only one reducer may be there for a parameter at a
/// time.
public final class GradientReducer {
  private let raw: OpaquePointer
  private let group: ProcessGroup
  private let parameters: [(name: String, parameter: Parameter)]

  /// - Parameter parameters: what is trained, the same in every process and in the order of the network; frozen ones are
  ///   left out.
  /// - Throws: ``ProcessGroupError/lost(operation:message:)``.
  public init(
    of parameters: [(name: String, parameter: Parameter)], in group: ProcessGroup
  ) throws(ProcessGroupError) {
    self.group = group
    self.parameters = parameters.filter(\.parameter.isTrainable)
    let tensors = self.parameters.map(\.parameter.value)
    guard let made = tensors.withHandles({ ct_reducer_make(group.raw, $0, Int64(tensors.count)) }) else {
      throw .lost(operation: "reducer", message: String(cString: ct_error_message()))
    }
    raw = made
  }

  deinit { ct_reducer_release(raw) }

  /// Runs the backward pass of a loss; then each parameter's `grad`, with what earlier passes have summed up in it, is its
  /// mean over all processes.
  ///
  /// - Throws: ``ProcessGroupError``; ``TorchError`` for an operator that fails.
  public func backward(_ loss: Tensor) throws {
    guard ct_reducer_prepare(raw) == 0 else { throw failure }
    do { try withTorchErrors { loss.backward() } } catch let error as TorchError {
      // What Gloo says begins with the place in its sources.
      guard error.message.contains("gloo") else { throw error }
      throw ProcessGroupError.lost(operation: "backward", message: error.message)
    }
    guard ct_reducer_check(raw) == 0 else {
      let missed = parameters.filter { $0.parameter.grad == nil }.map(\.name)
      throw missed.isEmpty ? failure : .withoutGradient(parameters: missed)
    }
  }

  private var failure: ProcessGroupError {
    .lost(operation: "reducer", message: String(cString: ct_error_message()))
  }
}
