extension Operators {
  static let relu = Op<Tensor, Tensor>("aten::relu")
  static let reluInPlace = Op<Tensor, Tensor>("aten::relu_")
  static let relu6 = Op<Tensor, Tensor, Scalar, Scalar>("aten::hardtanh")
  static let leakyRelu = Op<Tensor, Tensor, Scalar>("aten::leaky_relu")
  static let prelu = Op<Tensor, Tensor, Tensor>("aten::prelu")
  static let gelu = Op<Tensor, Tensor, String>("aten::gelu")
  static let silu = Op<Tensor, Tensor>("aten::silu")
  static let hardswish = Op<Tensor, Tensor>("aten::hardswish")
  static let hardsigmoid = Op<Tensor, Tensor>("aten::hardsigmoid")
  static let elu = Op<Tensor, Tensor, Scalar>("aten::elu")
  static let softplus = Op<Tensor, Tensor>("aten::softplus")
  static let sigmoid = Op<Tensor, Tensor>("aten::sigmoid")
  static let logSigmoid = Op<Tensor, Tensor>("aten::log_sigmoid")
  static let tanh = Op<Tensor, Tensor>("aten::tanh")
  static let erf = Op<Tensor, Tensor>("aten::erf")
  static let softmax = Op<Tensor, Tensor, Int, DType?>("aten::softmax", "int")
  static let logSoftmax = Op<Tensor, Tensor, Int, DType?>("aten::log_softmax", "int")
  static let dropout = Op<Tensor, Tensor, Double, Bool>("aten::dropout")
}

extension Tensor {
  /// max(x, 0).
  public func relu() -> Tensor { Operators.relu(self) }
  /// max(x, 0), in place.
  @discardableResult
  public func relu_() -> Tensor { Operators.reluInPlace(self) }
  /// x limited to 0...6.
  public func relu6() -> Tensor { Operators.relu6(self, 0, 6) }
  /// x, and below zero `slope * x`.
  public func leakyRelu(_ slope: Double = 0.01) -> Tensor { Operators.leakyRelu(self, .double(slope)) }
  /// x, and below zero `weight * x`, with one weight for all or one a channel (He et al., 2015).
  public func prelu(_ weight: Tensor) -> Tensor { Operators.prelu(self, weight) }
  /// x Φ(x), Φ being the normal distribution (Hendrycks and Gimpel, 2016); `tanh` is its older, quicker estimate.
  public func gelu(tanh: Bool = false) -> Tensor { Operators.gelu(self, tanh ? "tanh" : "none") }
  /// x σ(x), also called swish.
  public func silu() -> Tensor { Operators.silu(self) }
  /// x relu6(x + 3) / 6 (Howard et al., 2019).
  public func hardswish() -> Tensor { Operators.hardswish(self) }
  /// relu6(x + 3) / 6.
  public func hardsigmoid() -> Tensor { Operators.hardsigmoid(self) }
  /// x, and below zero `alpha * (exp(x) - 1)`.
  public func elu(_ alpha: Double = 1) -> Tensor { Operators.elu(self, .double(alpha)) }
  /// log(1 + exp(x)).
  public func softplus() -> Tensor { Operators.softplus(self) }
  /// 1 / (1 + exp(-x)).
  public func sigmoid() -> Tensor { Operators.sigmoid(self) }
  /// log(σ(x)), exact also far below zero.
  public func logSigmoid() -> Tensor { Operators.logSigmoid(self) }
  /// The hyperbolic tangent.
  public func tanh() -> Tensor { Operators.tanh(self) }
  /// The error function.
  public func erf() -> Tensor { Operators.erf(self) }
  /// Exponentials divided by their sum along a dimension.
  public func softmax(dim: Int) -> Tensor { Operators.softmax(self, dim, nil) }
  /// The logarithm of the softmax, exact also where that is tiny.
  public func logSoftmax(dim: Int) -> Tensor { Operators.logSoftmax(self, dim, nil) }
  /// In training, sets elements to zero with a probability and scales the others up to match (Srivastava et al., 2014).
  public func dropout(_ probability: Double = 0.5, isTraining: Bool) -> Tensor {
    Operators.dropout(self, probability, isTraining)
  }
}
