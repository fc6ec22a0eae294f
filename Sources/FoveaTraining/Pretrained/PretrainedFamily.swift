import FoveaData
import FoveaModels
import Torch

/// A family of published models: how a `config.json` becomes a network of ours, and how its tensors are named here.
///
/// A new family is one more value in ``all``.
public struct PretrainedFamily: Sendable {
  /// What the family is called in messages.
  public let name: String
  /// transformers' `model_type`s that belong to it.
  public let modelTypes: Set<String>
  /// Whether an `architecture` of timm belongs to it.
  public let isTimm: @Sendable (_ architecture: String) -> Bool
  /// About how many numbers the network's parameters will hold. It is compared with the weights' file before anything is
  /// made, so that a configuration from a stranger cannot ask for more memory than its weights have use for.
  public let parameterCount: @Sendable (_ configuration: PretrainedConfiguration) throws -> Double
  /// The network, with fresh weights, for so many classes.
  public let makeModel:
    @Sendable (_ configuration: PretrainedConfiguration, _ classes: Int) throws -> any ImageClassifier
  /// The published tensors under the network's names. What it does not know keeps its name.
  public let rename: @Sendable (_ published: StateDict, _ configuration: PretrainedConfiguration) throws -> StateDict

  /// The family of a configuration.
  ///
  /// - Throws: `JSONFieldError` that names the nearest model type, where there is none.
  public static func of(_ configuration: PretrainedConfiguration) throws -> PretrainedFamily {
    let type = configuration.modelType
    switch configuration.library {
    case .transformers:
      if let found = all.first(where: { $0.modelTypes.contains(type) }) { return found }
    case .timm:
      if let found = all.first(where: { $0.isTimm(type) }) { return found }
    }
    let known = all.flatMap(\.modelTypes).sorted()
    let hint = nearestName(to: type, in: known).map { "; did you mean '\($0)'?" } ?? ""
    let key = configuration.library == .transformers ? "model_type" : "architecture"
    throw configuration.fields.error(
      key, "is '\(type)', which is no classifier that Fovea has: \(known.joined(separator: ", "))\(hint)")
  }
}

extension PretrainedFamily {
  /// Every family that can be loaded.
  public static let all: [PretrainedFamily] = [viT, deiT, dinov2, convNeXt, resNet]
}
