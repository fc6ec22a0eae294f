/// RMSprop (Tieleman and Hinton, Lecture 6.5 of "Neural Networks for Machine Learning", 2012): the gradient divided by a
/// running root mean square of itself, optionally centred (Graves, 2013), with PyTorch's order of operations.
public final class RMSprop: Optimizer {
  /// How much of the last squared gradients goes into the next average.
  public let alpha: Double
  /// What keeps the division from exploding; added after the square root.
  public let epsilon: Double
  /// Whether the mean of the gradient is taken out of its mean square.
  public let isCentered: Bool

  public init(
    _ parameters: some ParameterSource, learningRate: Double = 0.01, alpha: Double = 0.99, epsilon: Double = 1e-8,
    momentum: Double = 0, isCentered: Bool = false, weightDecay: Double = 0
  ) {
    self.alpha = alpha
    self.epsilon = epsilon
    self.isCentered = isCentered
    super.init(parameters, learningRate: learningRate, momentum: momentum, weightDecay: weightDecay)
  }

  public override func update(_ step: GroupStep) {
    var gradients = step.gradients
    if step.weightDecay != 0 { gradients = gradients.foreachAdd(step.parameters, alpha: step.weightDecay) }

    let squares = step.state("square_avg")
    squares.foreachMul_(alpha)
    squares.foreachAddcmul_(gradients, gradients, value: 1 - alpha)

    let root: [Tensor]
    if isCentered {
      let means = step.state("grad_avg")
      means.foreachLerp_(gradients, weight: 1 - alpha)
      root = squares.foreachAddcmul(means, means, value: -1)
      root.foreachSqrt_()
    } else {
      root = squares.foreachSqrt()
    }
    root.foreachAdd_(epsilon)

    if momentum > 0 {
      let buffers = step.state("momentum_buffer")
      buffers.foreachMul_(momentum)
      buffers.foreachAddcdiv_(gradients, root, value: 1)
      step.parameters.foreachAdd_(buffers, alpha: -step.learningRate)
    } else {
      step.parameters.foreachAddcdiv_(gradients, root, value: -step.learningRate)
    }
  }
}
