/// A small change to a linear layer, learned in place of the layer itself: `scale · (x Aᵀ) Bᵀ` is added to what it gives.
///
/// LoRA (Hu et al., 2021, https://arxiv.org/abs/2106.09685). With rank 8, a ViT-B has a hundredth of its parameters to
/// learn, and the optimizer as much less to keep. B is zero at first, so nothing changes before the first step.
public final class LowRankAdapter: Module {
  /// `[rank, inputs]`.
  public let loraA: Parameter
  /// `[outputs, rank]`.
  public let loraB: Parameter
  /// What the change is multiplied by: alpha / rank.
  public let scale: Double
  private let dropout: Dropout

  /// An adapter that changes nothing yet.
  ///
  /// - Parameters:
  ///   - alpha: how much the change weighs, whatever the rank.
  ///   - dropout: the probability of dropping an input, in training.
  public init(_ inputs: Int, _ outputs: Int, rank: Int, alpha: Double, dropout: Double = 0) {
    precondition(rank > 0, "an adapter has a rank of 1 or more, not \(rank)")
    loraA = Parameter([rank, inputs], .kaimingUniform(for: .leakyRelu(slope: 5.0.squareRoot())))
    loraB = Parameter([outputs, rank], .constant(0))
    scale = alpha / Double(rank)
    self.dropout = Dropout(dropout)
  }

  /// What is to be added to the layer's output for its input.
  public func callAsFunction(_ x: Tensor) -> Tensor { dropout(x).linear(loraA.value).linear(loraB.value) * scale }

  /// The change of the layer's weight, `[outputs, inputs]`.
  public var weight: Tensor { loraB.value.matmul(loraA.value) * scale }
}

extension Module {
  /// Freezes the whole module and puts an adapter beside each linear layer whose name ends in one of `targets`.
  ///
  /// Set what else is to be learned, a new head for instance, trainable afterwards, and make the optimizer after that.
  ///
  /// - Parameters:
  ///   - targets: ends of names, such as `attn.qkv`; an empty list takes every linear layer.
  ///   - alpha: how much the change weighs, whatever the rank; twice the rank is usual.
  /// - Returns: the names of the layers that got one.
  @discardableResult
  public final func addLowRankAdapters(
    rank: Int, alpha: Double, dropout: Double = 0, targets: [String] = []
  ) -> [String] {
    setTrainable(false)
    var adapted: [String] = []
    for case (let name, let linear as Linear) in namedModules() {
      guard targets.isEmpty || targets.contains(where: { name == $0 || name.hasSuffix(".\($0)") }) else { continue }
      let adapter = LowRankAdapter(linear.inputs, linear.outputs, rank: rank, alpha: alpha, dropout: dropout)
      linear.adapter = adapter.to(linear.weight.value.device).to(linear.weight.value.dtype).train(isTraining)
      adapted.append(name)
    }
    return adapted
  }

  /// Takes the adapters' changes into the weights, and the adapters away: the module computes the same as before, at the
  /// old cost, and has the names that it had.
  public final func mergeLowRankAdapters() {
    for case (_, let linear as Linear) in namedModules() {
      guard let adapter = linear.adapter else { continue }
      withNoGrad { _ = linear.weight.value.add_(adapter.weight) }
      linear.adapter = nil
    }
  }

  /// The state dict that merging the adapters would give; the module itself keeps them.
  ///
  /// - Parameter weights: other weights of this module, an average or those of a checkpoint; nil takes its own.
  public final func weightsWithAdapters(_ weights: StateDict? = nil) -> StateDict {
    var state = weights ?? stateDict()
    for case (let name, let linear as Linear) in namedModules() {
      guard let adapter = linear.adapter else { continue }
      let prefix = name.isEmpty ? "" : name + "."
      let (keyA, keyB) = ("\(prefix)adapter.lora_a", "\(prefix)adapter.lora_b")
      guard let weight = state[prefix + "weight"], let a = state[keyA], let b = state[keyB] else { continue }
      state[prefix + "weight"] = withNoGrad { weight + b.matmul(a) * adapter.scale }
      state[keyA] = nil
      state[keyB] = nil
    }
    return state
  }
}

extension Linear {
  /// Takes the layer's adapter away, with what it has learned.
  public func removeLowRankAdapter() { adapter = nil }
}
