/// Momentum, orthogonalised (Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024): each weight
/// matrix takes a step whose singular values are all near one, so that rare directions are learnt as quickly as frequent ones.
/// Short runs of small networks gain most.
///
/// It is for the matrices between layers. Kernels of convolutions count as matrices `[out, in * height * width]`. What is no
/// such matrix takes a plain step of SGD with Nesterov's momentum, ``othersFactor`` times as long and without decay: biases,
/// normalisations, kernels that see fewer than 8 channels (the first layer's, depthwise ones), and matrices with a side under
/// 32 (most classifiers' last layer).
///
/// The matrices' steps are those of PyTorch's `torch.optim.Muon` with its "original" adjustment. PyTorch orthogonalises in
/// bfloat16; here that is a choice, which pays where the hardware has it.
public final class Muon: Optimizer {
  /// The iterations of Newton and Schulz that orthogonalise a step; 3 to 5.
  public let iterations: Int
  /// How many times the learning rate the parameters that are no matrices take.
  public let othersFactor: Double
  /// How strongly those are pulled to zero, as by SGD; ``Optimizer/weightDecay`` is for the matrices.
  public let othersWeightDecay: Double
  /// Whether each matrix is brought to the length of one with rows of length one before a step, so that the learning rate alone
  /// says how far it turns; there is nothing left then for weight decay to do. For networks whose normalisations take the
  /// matrices' scale out again (as in Jordan's airbench94 with Muon, https://github.com/KellerJordan/cifar10-airbench).
  public let normalizesMatrices: Bool
  /// What the steps are orthogonalised in: `.float32` or `.bfloat16`.
  public let dtype: DType

  public init(
    _ parameters: some ParameterSource, learningRate: Double = 0.02, momentum: Double = 0.95, weightDecay: Double = 0.1,
    iterations: Int = 5, othersFactor: Double = 4, othersWeightDecay: Double = 0, normalizesMatrices: Bool = false,
    dtype: DType = .float32
  ) {
    precondition(iterations > 0, "the number of iterations is positive")
    self.iterations = iterations
    self.othersFactor = othersFactor
    self.othersWeightDecay = othersWeightDecay
    self.normalizesMatrices = normalizesMatrices
    self.dtype = dtype
    super.init(parameters, learningRate: learningRate, momentum: momentum, weightDecay: weightDecay)
  }

  public override func update(_ step: GroupStep) {
    let buffers = step.state("momentum_buffer")
    for (index, parameter) in step.parameters.enumerated() {
      let (gradient, buffer) = (step.gradients[index], buffers[index])
      if Muon.isMatrix(parameter.shape) {
        buffer.lerp_(gradient, weight: 1 - momentum)
        let direction = gradient.lerp(buffer, weight: momentum).flatten(from: 1)
        let (rows, columns) = (Double(direction.shape[0]), Double(direction.shape[1]))
        if normalizesMatrices {
          parameter.mul_(Double(parameter.shape[0]).squareRoot() / parameter.norm())
        } else {
          parameter.mul_(1 - step.learningRate * step.weightDecay)
        }
        parameter.add_(
          orthogonalized(direction).reshape(parameter.shape.sizes),
          scale: .double(-step.learningRate * max(1, rows / columns).squareRoot()))
      } else {
        let gradient = othersWeightDecay == 0 ? gradient : gradient + parameter * othersWeightDecay
        buffer.mul_(momentum).add_(gradient)
        let rate = step.learningRate * othersFactor
        parameter.add_(gradient, scale: .double(-rate)).add_(buffer, scale: .double(-rate * momentum))
      }
    }
  }

  private static func isMatrix(_ shape: Shape) -> Bool {
    guard shape.count >= 2, shape.count == 2 || shape[1] >= 8 else { return false }
    return min(shape[0], shape.dropFirst().reduce(1, *)) >= 32
  }

  /// The polynomial `a x + b x^3 + c x^5` of the singular values, again and again: it pushes all of them towards one. As each
  /// is a polynomial of `x xᵀ` times `x`, only the first and the last product have the matrix's long side.
  private func orthogonalized(_ matrix: Tensor) -> Tensor {
    let (a, b, c) = (3.4445, -4.7750, 2.0315)
    let isTall = matrix.shape[0] > matrix.shape[1]
    var x = isTall ? matrix.mT : matrix
    x = (x / x.norm().clamp(min: 1e-7)).to(dtype)
    let identity = Tensor.eye(x.shape[0], dtype: x.dtype, device: x.device)
    var (gram, product) = (x.matmul(x.mT), identity)
    for iteration in 0..<iterations {
      let factor = identity * a + gram * b + gram.matmul(gram) * c
      product = iteration == 0 ? factor : factor.matmul(product)
      if iteration + 1 < iterations { gram = factor.matmul(gram).matmul(factor) }
    }
    x = product.matmul(x)
    return isTall ? x.mT : x
  }
}
