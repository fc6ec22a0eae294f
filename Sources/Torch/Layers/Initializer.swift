import Foundation

/// How a new parameter's elements are drawn: PyTorch's initialisers, with its random numbers for the same seed.
///
/// ```swift
/// let weight = Parameter([64, 3, 7, 7], .kaimingNormal(fan: .out, for: .relu))
/// ```
public enum Initializer: Sendable, Hashable {
  /// One value throughout.
  case constant(Double)
  /// Evenly between two numbers.
  case uniform(Double, Double)
  /// From a normal distribution.
  case normal(mean: Double = 0, std: Double = 1)
  /// From a normal distribution, drawn again where outside of `min...max`, in which most of it should lie.
  case truncatedNormal(mean: Double = 0, std: Double = 1, min: Double = -2, max: Double = 2)
  /// Evenly, so that values and gradients keep their variance through a layer (Glorot and Bengio, 2010).
  case xavierUniform(gain: Double = 1)
  /// As ``xavierUniform(gain:)``, from a normal distribution.
  case xavierNormal(gain: Double = 1)
  /// Evenly, so that values (fan in) or gradients (fan out) keep their variance through a layer and the activation that
  /// follows it (He et al., 2015).
  case kaimingUniform(fan: Fan = .in, for: Nonlinearity = .relu)
  /// As ``kaimingUniform(fan:for:)``, from a normal distribution.
  case kaimingNormal(fan: Fan = .in, for: Nonlinearity = .relu)
  /// A matrix with orthogonal rows or columns; dimensions after the first count as one (Saxe et al., 2014).
  case orthogonal(gain: Double = 1)

  /// Whose variance is kept.
  public enum Fan: Sendable, Hashable {
    /// That of values on their way forward.
    case `in`
    /// That of gradients on their way back.
    case out
  }

  /// What follows a layer, and how much of the variance it takes away.
  public enum Nonlinearity: Sendable, Hashable {
    case linear, tanh, relu
    case leakyRelu(slope: Double)

    /// The factor that makes up for it.
    public var gain: Double {
      switch self {
      case .linear: 1
      case .tanh: 5.0 / 3
      case .relu: 2.0.squareRoot()
      case .leakyRelu(let slope): (2 / (1 + slope * slope)).squareRoot()
      }
    }
  }

  /// Fills a tensor, in place, without a trace in any graph.
  ///
  /// - Parameter generator: where random numbers come from; the default generator unless given.
  public func fill(_ tensor: Tensor, generator: Generator? = nil) {
    if Initializer.drawsNothing && !isConstant { return }
    withNoGrad {
      switch self {
      case .constant(let value): tensor.fill_(value)
      case .uniform(let low, let high): tensor.uniform_(low, high, generator: generator)
      case .normal(let mean, let std): tensor.normal_(mean: mean, std: std, generator: generator)
      case .truncatedNormal(let mean, let std, let min, let max):
        Initializer.fillTruncated(tensor, mean: mean, std: std, min: min, max: max, generator: generator)
      case .xavierUniform(let gain):
        let bound = 3.0.squareRoot() * Initializer.xavierStd(tensor, gain)
        tensor.uniform_(-bound, bound, generator: generator)
      case .xavierNormal(let gain): tensor.normal_(std: Initializer.xavierStd(tensor, gain), generator: generator)
      case .kaimingUniform(let fan, let nonlinearity):
        let bound = 3.0.squareRoot() * Initializer.kaimingStd(tensor, fan, nonlinearity)
        tensor.uniform_(-bound, bound, generator: generator)
      case .kaimingNormal(let fan, let nonlinearity):
        tensor.normal_(std: Initializer.kaimingStd(tensor, fan, nonlinearity), generator: generator)
      case .orthogonal(let gain): Initializer.fillOrthogonal(tensor, gain: gain, generator: generator)
      }
    }
  }

  private var isConstant: Bool {
    if case .constant = self { true } else { false }
  }

  @TaskLocal fileprivate static var drawsNothing = false
}

/// Makes modules whose random weights are not drawn, because they are about to be loaded: quicker, and leaves the
/// default generator where it was.
///
/// ```swift
/// let model = withoutInitialization { ResNet(.resnet50) }
/// try model.loadStateDict(weights)
/// ```
/// Until they are loaded, such weights hold whatever was in memory. Constant ones (biases of zero) are still set.
public func withoutInitialization<Result>(_ body: () throws -> Result) rethrows -> Result {
  try Initializer.$drawsNothing.withValue(true, operation: body)
}

extension Initializer {
  /// How many inputs one output of a weight `[O, I, ...]` depends on, and how many outputs one input goes to.
  static func fans(_ tensor: Tensor) -> (in: Int, out: Int) {
    let shape = tensor.shape
    precondition(shape.count >= 2, "fan in and fan out are of weights [O, I, ...], not of a tensor \(shape)")
    let field = shape.dropFirst(2).reduce(1, *)
    return (shape[1] * field, shape[0] * field)
  }

  private static func xavierStd(_ tensor: Tensor, _ gain: Double) -> Double {
    let fans = fans(tensor)
    return gain * (2 / Double(fans.in + fans.out)).squareRoot()
  }

  private static func kaimingStd(_ tensor: Tensor, _ fan: Fan, _ nonlinearity: Nonlinearity) -> Double {
    let fans = fans(tensor)
    return nonlinearity.gain / Double(fan == .in ? fans.in : fans.out).squareRoot()
  }

  private static func fillTruncated(
    _ tensor: Tensor, mean: Double, std: Double, min: Double, max: Double, generator: Generator?
  ) {
    precondition(min < max && mean >= min && mean <= max, "the mean \(mean) must lie in \(min)...\(max)")
    tensor.normal_(mean: mean, std: std, generator: generator)
    while true {
      let outside = (tensor .< min) .|| (tensor .> max)
      guard Bool(outside.any()) else { return }
      // All are drawn again, as in PyTorch, so that the random numbers are the same.
      let again = Tensor.empty(like: tensor).normal_(mean: mean, std: std, generator: generator)
      tensor.copy_(outside.select(again, tensor))
    }
  }

  private static func fillOrthogonal(_ tensor: Tensor, gain: Double, generator: Generator?) {
    precondition(tensor.rank >= 2, "an orthogonal matrix needs two dimensions, not \(tensor.shape)")
    let rows = tensor.shape[0]
    let columns = tensor.count / Swift.max(rows, 1)
    guard rows > 0, columns > 0 else { return }
    let drawn = Tensor.empty([rows, columns], dtype: tensor.dtype, device: tensor.device).normal_(generator: generator)
    let (q, r) = (rows < columns ? drawn.mT : drawn).qr()
    // The signs make every orthogonal matrix equally likely (Mezzadri, 2007).
    let signed = q * r.diagonal().sign()
    tensor.copy_((rows < columns ? signed.mT : signed).reshape(tensor.shape.sizes)).mul_(gain)
  }
}

extension Parameter {
  /// A parameter of this shape whose elements an initialiser draws.
  public convenience init(_ shape: [Int], _ initializer: Initializer, generator: Generator? = nil) {
    let value = Tensor.empty(shape)
    initializer.fill(value, generator: generator)
    self.init(value)
  }

  /// Draws the elements anew, in place.
  public func initialize(_ initializer: Initializer, generator: Generator? = nil) {
    initializer.fill(value, generator: generator)
  }
}
