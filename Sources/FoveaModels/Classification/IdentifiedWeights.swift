import Torch

/// Published weights whose architecture was recognised.
public struct IdentifiedWeights: Sendable {
  /// What they are weights of.
  public let architecture: ClassifierArchitecture
  /// The stem that they are for.
  public let stem: Stem
  /// How many classes they tell apart.
  public let classes: Int
  /// The side of the images that they are for.
  public let imageSize: Int
  /// The weights under the architecture's names.
  public let weights: StateDict
}

extension ClassifierArchitecture {
  /// Published weights under our names, which are torchvision's and timm's; those under other names stay as they are.
  public static func renamed(_ published: StateDict) -> StateDict {
    ConvNeXt.renamed(VisionTransformer.renamed(EfficientNetLite0.renamed(published)))
  }

  /// Finds out which architecture weights belong to: one with as many numbers in its parameters, once the number of
  /// classes and the stem are accounted for. Nil where there is none.
  public static func identify(_ published: StateDict) -> IdentifiedWeights? {
    let weights = renamed(published)
    if let transformer = identifyTransformer(weights) { return transformer }
    let parameters = weights.filter { !isBuffer($0.key) && !$0.key.hasPrefix("aux") }
    // Files may be sorted by name, so the head need not be last.
    let named = ["head.fc.weight", "fc.weight", "classifier.weight"].lazy.compactMap { weights[$0] }.first
    guard let head = named ?? parameters.last(where: { $0.value.rank == 2 })?.value, head.rank == 2 else { return nil }
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
    let imageSize = stem == found.stems[0] ? found.inputSize : 32  // CIFAR's
    return IdentifiedWeights(
      architecture: found, stem: stem, classes: classes, imageSize: imageSize, weights: weights)
  }

  /// A vision transformer is told by the shapes of its tensors; the positions tell the size of its images.
  private static func identifyTransformer(_ weights: StateDict) -> IdentifiedWeights? {
    guard let head = weights["head.weight"], head.rank == 2, let positions = weights["pos_embed"], positions.rank == 3,
      let patches = weights["patch_embed.proj.weight"], patches.rank == 4
    else { return nil }
    let depth = Set(weights.keys.filter { $0.hasPrefix("blocks.") }.map { $0.dropFirst(7).prefix { $0 != "." } }).count
    let registers = weights["reg_token"].map { $0.rank == 3 ? $0.shape[1] : 0 } ?? 0
    let match = all.first { architecture in
      guard let known = architecture.transformer else { return false }
      return known.width == positions.shape[2] && known.depth == depth && known.patchSize == patches.shape[3]
        && known.featureWidth == head.shape[1] && known.registers == registers
        && (known.layerScale != nil) == (weights["blocks.0.ls1.gamma"] != nil)
        && (known.distillation == .tokenAndHead) == (weights["head_dist.weight"] != nil)
    }
    guard let match, let known = match.transformer else { return nil }
    let grid = PositionEmbedding.sideOfGrid(positions.shape[1] - known.positionedPrefixTokens)
    let imageSize = grid > 0 ? grid * known.patchSize : match.inputSize
    return IdentifiedWeights(
      architecture: match, stem: .imageNet, classes: head.shape[0], imageSize: imageSize, weights: weights)
  }

  private static func isBuffer(_ key: String) -> Bool {
    ["running_mean", "running_var", "num_batches_tracked"].contains { key.hasSuffix($0) }
  }
}
