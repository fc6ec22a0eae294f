/// Parameters that an optimizer treats alike.
public struct ParameterGroup {
  /// The parameters with their names, which are the names in the optimizer's state dict too.
  public var parameters: [(name: String, parameter: Parameter)]

  /// This group's own weight decay; nil takes the optimizer's.
  public var weightDecay: Double?

  /// Multiplies the optimizer's learning rate: 0.1 trains a pretrained backbone ten times slower than its new head.
  public var learningRateFactor: Double

  public init(
    _ parameters: [(name: String, parameter: Parameter)], weightDecay: Double? = nil, learningRateFactor: Double = 1
  ) {
    self.parameters = parameters
    self.weightDecay = weightDecay
    self.learningRateFactor = learningRateFactor
  }
}

/// What an optimizer can be given: a module, for all of its parameters, or groups of parameters.
public protocol ParameterSource {
  /// The parameters in groups.
  var parameterGroups: [ParameterGroup] { get }
}

extension Module: ParameterSource {
  /// All parameters in one group.
  public var parameterGroups: [ParameterGroup] { [ParameterGroup(namedParameters())] }

  /// Two groups: kernels and matrices, which decay, and biases and the scales of normalisations, which do not.
  ///
  /// Decay pulls towards zero, which makes sense for what multiplies features together and harms what only shifts or
  /// scales them (He et al., "Bag of Tricks for Image Classification", 2019). The latter are told by their shape: they
  /// have at most one dimension.
  ///
  /// ```swift
  /// let optimizer = SGD(model.groupsWithoutNormDecay, learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4)
  /// ```
  public var groupsWithoutNormDecay: [ParameterGroup] {
    let all = namedParameters()
    return [
      ParameterGroup(all.filter { $0.parameter.value.rank > 1 }),
      ParameterGroup(all.filter { $0.parameter.value.rank <= 1 }, weightDecay: 0),
    ]
  }
}

extension Array: ParameterSource where Element == ParameterGroup {
  public var parameterGroups: [ParameterGroup] { self }
}
