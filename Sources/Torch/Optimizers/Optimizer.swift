/// Changes parameters along their gradients.
///
/// ```swift
/// let optimizer = SGD(model, learningRate: 0.1, momentum: 0.9)
/// for batch in loader {
///   optimizer.zeroGrad()
///   crossEntropy(model(batch.images), batch.labels).backward()
///   optimizer.step()
/// }
/// ```
/// A subclass overrides ``update(_:)`` with its rule. Parameters without a gradient (frozen, or not used) are left alone.
open class Optimizer {
  /// The parameters, in groups.
  public let groups: [ParameterGroup]

  /// The step's length. A schedule sets it before each step.
  public var learningRate: Double

  /// The pull towards zero of groups that do not set their own.
  public var weightDecay: Double

  /// How much of the last steps goes into the next: SGD's and RMSprop's momentum, Adam's first beta. A one-cycle
  /// schedule sets it before each step.
  public var momentum: Double

  /// What is kept from step to step, by its name, then by parameter.
  private var state: [String: [ObjectIdentifier: Tensor]] = [:]

  /// For subclasses.
  ///
  /// - Precondition: no parameter occurs twice; numbers are finite and not negative.
  public init(_ parameters: some ParameterSource, learningRate: Double, momentum: Double, weightDecay: Double) {
    groups = parameters.parameterGroups
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    precondition(learningRate >= 0 && learningRate.isFinite, "a learning rate of \(learningRate)")
    precondition(weightDecay >= 0 && weightDecay.isFinite, "a weight decay of \(weightDecay)")
    precondition((0..<1).contains(momentum), "a momentum of \(momentum); it must be in 0..<1")
    let all = groups.flatMap(\.parameters)
    let distinct = Set(all.map { ObjectIdentifier($0.parameter) })
    precondition(distinct.count == all.count, "a parameter is in two groups of an optimizer")
    let names = Set(all.map(\.name))
    precondition(names.count == all.count, "two parameters of an optimizer have the same name")
  }

  /// Changes every parameter that has a gradient.
  public final func step() {
    withNoGrad {
      for group in groups {
        let active = group.parameters.filter { $0.parameter.grad != nil }
        if !active.isEmpty { update(GroupStep(self, group, active.map(\.parameter))) }
      }
    }
  }

  /// The rule: changes the parameters of one group in place.
  open func update(_ step: GroupStep) {
    fatalError("\(type(of: self)) does not override update(_:)")
  }

  /// Forgets all gradients, and gives their memory back.
  public final func zeroGrad() {
    for group in groups { for (_, parameter) in group.parameters { parameter.grad = nil } }
  }

  /// Every parameter, with its name.
  public final var namedParameters: [(name: String, parameter: Parameter)] { groups.flatMap(\.parameters) }

  /// The tensors kept under `name` for these parameters; those that are missing start as `make` says.
  fileprivate func kept(_ name: String, for parameters: [Parameter], make: (Tensor) -> Tensor) -> [Tensor] {
    parameters.map { parameter in
      let key = ObjectIdentifier(parameter)
      let tensor = state[name]?[key] ?? make(parameter.value)
      state[name, default: [:]][key] = tensor
      return tensor
    }
  }

  fileprivate func keep(_ tensors: [Tensor], as name: String, for parameters: [Parameter]) {
    for (parameter, tensor) in zip(parameters, tensors) {
      state[name, default: [:]][ObjectIdentifier(parameter)] = tensor
    }
  }
}

/// One group's part of an optimizer's step.
public struct GroupStep {
  /// The parameters that have a gradient.
  public let parameters: [Tensor]
  /// Their gradients, laid out in memory as the parameters are.
  public let gradients: [Tensor]
  /// The learning rate of this group.
  public let learningRate: Double
  /// The weight decay of this group.
  public let weightDecay: Double

  private let optimizer: Optimizer
  private let boxes: [Parameter]

  fileprivate init(_ optimizer: Optimizer, _ group: ParameterGroup, _ boxes: [Parameter]) {
    self.optimizer = optimizer
    self.boxes = boxes
    parameters = boxes.map(\.value)
    gradients = boxes.map { box in (box.grad ?? Tensor.zeros(like: box.value)).laidOut(like: box.value) }
    learningRate = optimizer.learningRate * group.learningRateFactor
    weightDecay = group.weightDecay ?? optimizer.weightDecay
  }

  /// One tensor a parameter that lives from step to step, saved with checkpoints; zeros at first.
  public func state(_ name: String) -> [Tensor] {
    let tensors = optimizer.kept(name, for: boxes) { Tensor.zeros(like: $0) }
    // A module that was moved, or laid out anew, after the optimizer was made takes its state along.
    let fitting = zip(tensors, parameters).map { $0.laidOut(like: $1) }
    optimizer.keep(fitting, as: name, for: boxes)
    return fitting
  }

  /// One number a parameter that lives from step to step, as a tensor without dimensions; zero at first.
  public func counters(_ name: String) -> [Tensor] {
    let counters = optimizer.kept(name, for: boxes) { Tensor.zeros([], device: $0.device) }
    let fitting = zip(counters, parameters).map { $0.to($1.device) }
    optimizer.keep(fitting, as: name, for: boxes)
    return fitting
  }
}

extension Optimizer {
  /// All that the optimizer keeps from step to step: its tensors as `NAME/PARAMETER`, such as
  /// `momentum_buffer/conv1.weight`, and its learning rate and momentum as `float64` numbers.
  public final func stateDict() -> StateDict {
    var dict = StateDict()
    dict["learning_rate"] = Tensor(learningRate)
    dict["momentum"] = Tensor(momentum)
    for kind in state.keys.sorted() {
      for (name, parameter) in namedParameters {
        if let tensor = state[kind]?[ObjectIdentifier(parameter)] { dict["\(kind)/\(name)"] = tensor }
      }
    }
    return dict
  }

  /// Goes on from a saved state.
  ///
  /// - Throws: ``OptimizerStateError``, before anything is changed, for a state that is not of these parameters.
  public final func loadStateDict(_ dict: StateDict) throws(OptimizerStateError) {
    let parameters = Dictionary(uniqueKeysWithValues: namedParameters.map { ($0.name, $0.parameter) })
    var loaded: [String: [ObjectIdentifier: Tensor]] = [:]
    var numbers: [String: Double] = [:]
    for (key, tensor) in dict {
      guard let slash = key.firstIndex(of: "/") else {
        guard tensor.count == 1 else { throw .init(key: key, problem: "has \(tensor.shape) elements, not one number") }
        numbers[key] = tensor.item(Double.self)
        continue
      }
      guard let parameter = parameters[String(key[key.index(after: slash)...])] else {
        throw .init(key: key, problem: "belongs to no parameter of this optimizer")
      }
      guard tensor.rank == 0 || tensor.shape == parameter.value.shape else {
        throw .init(key: key, problem: "has the shape \(tensor.shape), its parameter \(parameter.value.shape)")
      }
      // A copy: the dict may be another optimizer's own, or lie in a file that is mapped.
      let copy = tensor.rank == 0 ? tensor.clone() : tensor.clone().laidOut(like: parameter.value)
      loaded[String(key[..<slash]), default: [:]][ObjectIdentifier(parameter)] = copy
    }
    guard let rate = numbers["learning_rate"], let momentum = numbers["momentum"] else {
      throw .init(key: "learning_rate, momentum", problem: "are missing: this is no optimizer's state")
    }
    state = loaded
    learningRate = rate
    self.momentum = momentum
  }
}

/// A saved state that does not fit the optimizer it was given to.
public struct OptimizerStateError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The entry's name.
  public let key: String
  /// What is wrong with it.
  public let problem: String

  public var description: String {
    "the optimizer's state: '\(key)' \(problem); resume with the model and the optimizer that the state was saved with"
  }
}

extension Tensor {
  /// Itself where type, device and order in memory are those of `other`; else a copy that has them. The fused operators
  /// walk over the memory of parameter, gradient and state side by side.
  fileprivate func laidOut(like other: Tensor) -> Tensor {
    guard dtype == other.dtype, device == other.device, hasOrder(of: other) else {
      return Tensor.empty(like: other).copy_(self)
    }
    return self
  }

  /// Whether the elements of both lie in the same order; the stride of a dimension of one element means nothing.
  private func hasOrder(of other: Tensor) -> Bool {
    let (own, others) = (strides, other.strides)
    return own == others
      || zip(shape, zip(own, others)).allSatisfy { size, strides in size == 1 || strides.0 == strides.1 }
  }
}
