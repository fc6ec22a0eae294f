/// Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015). Weight decay is added to the gradient; see
/// ``AdamW`` for the form that is used today.
///
/// `momentum` is the first beta. Each step is one fused operator over all parameters of a group.
public class Adam: Optimizer {
  /// How much of the last squared gradients goes into the next average.
  public let beta2: Double
  /// What keeps the division from exploding.
  public let epsilon: Double

  public init(
    _ parameters: some ParameterSource, learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.beta2 = beta2
    self.epsilon = epsilon
    super.init(parameters, learningRate: learningRate, momentum: beta1, weightDecay: weightDecay)
  }

  /// Whether weights are pulled to zero beside the gradient, not through it.
  var decouplesWeightDecay: Bool { false }

  public override func update(_ step: GroupStep) {
    let counters = step.counters("step")
    counters.foreachAdd_(1)
    let (maxSquares, amsgrad, maximize): ([Tensor], Bool, Bool) = ([], false, false)
    let fused = decouplesWeightDecay ? Operators.fusedAdamW : Operators.fusedAdam
    fused(
      step.parameters, step.gradients, step.state("exp_avg"), step.state("exp_avg_sq"), maxSquares, counters,
      step.learningRate, momentum, beta2, step.weightDecay, epsilon, amsgrad, maximize)
  }
}
