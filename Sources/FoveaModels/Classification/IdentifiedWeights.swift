import Torch

/// Published weights whose architecture was recognised.
public struct IdentifiedWeights: Sendable {
  /// What they are weights of.
  public let architecture: ClassifierArchitecture
  /// The stem that they are for.
  public let stem: Stem
  /// How many classes they tell apart.
  public let classes: Int
  /// The weights under the architecture's names.
  public let weights: StateDict
}

extension ClassifierArchitecture {
  /// Finds out which architecture weights belong to: one with as many numbers in its parameters, once the number of
  /// classes and the stem are accounted for. Nil where there is none.
  public static func identify(_ published: StateDict) -> IdentifiedWeights? {
    let weights = EfficientNetLite0.renamed(published)
    let parameters = weights.filter { !isBuffer($0.key) && !$0.key.hasPrefix("aux") }
    guard let head = parameters.last(where: { $0.value.rank == 2 })?.value else { return nil }
    let (classes, features) = (head.shape[0], head.shape[1])
    let isSmallStem = weights["conv1.weight"].map { $0.rank == 4 && $0.shape[3] == 3 } ?? false
    let stem: Stem = isSmallStem ? .cifar : .imageNet
    let count = parameters.reduce(0) { $0 + $1.value.count }
    let isRenamed = weights.keys != published.keys
    let matches = all.filter { architecture in
      guard architecture.stems.contains(stem) else { return false }
      // A 7x7 convolution from 3 to 64 channels has 40 weights more a channel than a 3x3 one.
      let missing = isSmallStem && architecture.stems[0] == .imageNet ? 64 * 3 * 40 : 0
      return architecture.parameterCount - (architecture.classes - classes) * (features + 1) - missing == count
    }
    guard let found = isRenamed ? matches.last : matches.first else { return nil }
    return IdentifiedWeights(architecture: found, stem: stem, classes: classes, weights: weights)
  }

  private static func isBuffer(_ key: String) -> Bool {
    ["running_mean", "running_var", "num_batches_tracked"].contains { key.hasSuffix($0) }
  }
}
