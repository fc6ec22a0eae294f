/// Adam with weight decay that is kept apart from the gradient (Loshchilov and Hutter, "Decoupled Weight Decay
/// Regularization", 2019): `p = p - lr * decay * p` before Adam's step.
public final class AdamW: Adam {
  public override init(
    _ parameters: some ParameterSource, learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 0.01
  ) {
    super.init(
      parameters, learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
  }

  override var decouplesWeightDecay: Bool { true }
}
