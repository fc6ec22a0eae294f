/// Adam with weight decay that is kept apart from the gradient (Loshchilov and Hutter, "Decoupled Weight Decay
/// Regularization", 2019): `p = p - lr * decay * p` before Adam's step.
///
/// `momentum` is the first beta. Each step is one fused operator over all parameters of a group.
public final class AdamW: Optimizer {
  /// How much of the last squared gradients goes into the next average.
  public let beta2: Double
  /// What keeps the division from exploding.
  public let epsilon: Double

  public init(
    _ parameters: some ParameterSource, learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 0.01
  ) {
    self.beta2 = beta2
    self.epsilon = epsilon
    super.init(parameters, learningRate: learningRate, momentum: beta1, weightDecay: weightDecay)
  }

  public override func update(_ step: GroupStep) {
    let counters = step.counters("step")
    counters.foreachAdd_(1)
    let (maxSquares, amsgrad, maximize): ([Tensor], Bool, Bool) = ([], false, false)
    Operators.fusedAdamW(
      step.parameters, step.gradients, step.state("exp_avg"), step.state("exp_avg_sq"), maxSquares, counters,
      step.learningRate, momentum, beta2, step.weightDecay, epsilon, amsgrad, maximize)
  }
}
