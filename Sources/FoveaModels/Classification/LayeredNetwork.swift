import Torch

/// A network whose layers come one after the other, so that fine-tuning can treat early ones more gently than late ones,
/// or not train them at all.
public protocol LayeredNetwork: ImageClassifier {
  /// How many layers it has, from the embedding (or stem), which is number 0, to the head, which is the last.
  var layerCount: Int { get }

  /// The layer that a parameter belongs to.
  ///
  /// - Parameter name: of one of the network's parameters.
  func layer(ofParameter name: String) -> Int
}

/// A network that can save memory in training by computing blocks twice; see `Tensor.checkpointed(_:)`.
public protocol GradientCheckpointing: Module {
  /// Whether it does.
  var usesGradientCheckpointing: Bool { get set }
}

extension GradientCheckpointing {
  /// Blocks one after the other, each kept or computed twice.
  func run(_ blocks: [some Layer], on x: Tensor) -> Tensor {
    guard usesGradientCheckpointing, isTraining, isGradEnabled else { return blocks.reduce(x) { $1($0) } }
    return blocks.reduce(x) { x, block in x.checkpointed { block($0) } }
  }
}

extension VisionTransformer: LayeredNetwork, GradientCheckpointing {
  /// The embedding, the blocks, and the last normalisation with the head: two more than there are blocks.
  public var layerCount: Int { configuration.depth + 2 }

  public func layer(ofParameter name: String) -> Int {
    if let block = number(in: name, after: "blocks.") { return block + 1 }
    return name.hasPrefix("norm.") || name.hasPrefix("head") ? layerCount - 1 : 0
  }
}

extension ConvNeXt: LayeredNetwork, GradientCheckpointing {
  /// The stem, every block, and the head.
  public var layerCount: Int { configuration.depths.reduce(0, +) + 2 }

  public func layer(ofParameter name: String) -> Int {
    guard let stage = number(in: name, after: "stages.") else { return name.hasPrefix("head.") ? layerCount - 1 : 0 }
    let before = configuration.depths.prefix(stage).reduce(0, +)
    // A downsampling goes with the block after it.
    return before + (number(in: name, after: "stages.\(stage).blocks.") ?? 0) + 1
  }
}

extension ResNet: LayeredNetwork {
  /// The stem, the four stages, and the head.
  public var layerCount: Int { 6 }

  public func layer(ofParameter name: String) -> Int {
    number(in: name, after: "layer") ?? (name.hasPrefix("fc.") ? layerCount - 1 : 0)
  }
}

/// The number that follows the beginning of a name; nil where the name begins otherwise.
private func number(in name: String, after prefix: String) -> Int? {
  name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count).prefix { $0.isNumber }) : nil
}
