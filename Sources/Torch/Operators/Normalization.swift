extension Operators {
  static let batchNorm = Op<Tensor, Tensor, Tensor?, Tensor?, Tensor?, Tensor?, Bool, Double, Double, Bool>(
    "aten::batch_norm")
  static let layerNorm = Op<Tensor, Tensor, [Int], Tensor?, Tensor?, Double>("aten::layer_norm")
  static let groupNorm = Op<Tensor, Tensor, Int, Tensor?, Tensor?, Double>("aten::group_norm")
}

extension Tensor {
  /// Batch normalisation of `[N, C, ...]` (Ioffe and Szegedy, 2015).
  ///
  /// In training it normalises with the batch's own mean and variance and moves the running ones towards them, in place,
  /// by `momentum`; otherwise it normalises with the running ones.
  public func batchNorm(
    runningMean: Tensor?, runningVar: Tensor?, weight: Tensor?, bias: Tensor?, isTraining: Bool, momentum: Double = 0.1,
    eps: Double = 1e-5
  ) -> Tensor {
    Operators.batchNorm(self, weight, bias, runningMean, runningVar, isTraining, momentum, eps, true)
  }

  /// Layer normalisation over the last dimensions, whose sizes are `shape` (Ba et al., 2016).
  public func layerNorm(_ shape: [Int], weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5) -> Tensor {
    Operators.layerNorm(self, shape, weight, bias, eps)
  }

  /// Group normalisation of `[N, C, ...]` (Wu and He, 2018).
  public func groupNorm(groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5) -> Tensor {
    Operators.groupNorm(self, groups, weight, bias, eps)
  }

  /// Divided by its p-norm along a dimension, which then is 1; `eps` keeps zero vectors from dividing by zero.
  public func normalize(p: Double = 2, dim: Int = 1, eps: Double = 1e-12) -> Tensor {
    self / norm(p, dims: [dim], keepDim: true).clamp(min: .double(eps))
  }
}
