/// Stochastic gradient descent, with momentum as in PyTorch (`v = momentum v + g`, `p = p - lr v`) and Nesterov's look
/// ahead (Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013).
///
/// Weight decay is added to the gradient. Each step is one fused operator over all parameters of a group.
public final class SGD: Optimizer {
  /// Whether the gradient is taken as if the momentum's step had been made.
  public let nesterov: Bool

  /// - Precondition: Nesterov's form has a momentum.
  public init(
    _ parameters: some ParameterSource, learningRate: Double, momentum: Double = 0, nesterov: Bool = false,
    weightDecay: Double = 0
  ) {
    precondition(!nesterov || momentum > 0, "Nesterov's form needs a momentum")
    self.nesterov = nesterov
    super.init(parameters, learningRate: learningRate, momentum: momentum, weightDecay: weightDecay)
  }

  public override func update(_ step: GroupStep) {
    // Momentum that starts at zero makes the first step the plain gradient, as PyTorch's does.
    let buffers = momentum == 0 ? [] : step.state("momentum_buffer")
    let (dampening, maximize, isFirstStep) = (0.0, false, false)
    Operators.fusedSGD(
      step.parameters, step.gradients, buffers, step.weightDecay, momentum, step.learningRate, dampening, nesterov,
      maximize, isFirstStep)
  }
}
