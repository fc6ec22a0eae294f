import Torch

/// A network from images `[N, C, H, W]` to logits `[N, classes]`, whose last layer can be replaced.
public protocol ImageClassifier: Layer {
  /// The last layer: from features to logits.
  var head: Linear { get set }

  /// Every last layer: ``head``, and in a network that has more than one the others too.
  var heads: [Linear] { get }

  /// Puts new last layers, with fresh weights, in place of the old ones, for another set of classes.
  ///
  /// Make the optimizer afterwards: one made before still holds the old layers' parameters.
  ///
  /// - Precondition: there is at least one class.
  func replaceHead(classes: Int)

  /// Published weights, under this network's names, as it takes them: without what only their training needed.
  func adapted(_ published: StateDict) -> StateDict
}

extension ImageClassifier {
  /// How many classes it tells apart.
  public var classes: Int { head.outputs }

  public var heads: [Linear] { [head] }

  public func replaceHead(classes: Int) { head = head.fresh(outputs: classes) }

  public func adapted(_ published: StateDict) -> StateDict { published }
}

extension Linear {
  /// A layer with fresh weights that takes the same, and gives another number of outputs.
  func fresh(outputs: Int) -> Linear {
    precondition(outputs > 0, "a classifier has at least one class, not \(outputs)")
    return Linear(inputs, outputs, bias: bias != nil).to(weight.value.device).to(weight.value.dtype)
  }
}

/// What comes before the first block, which decides how large the images have to be.
public enum Stem: String, Sendable, CaseIterable, Codable {
  /// As in the paper, for images of about 224 x 224: it makes them 4 times smaller before the first block.
  case imageNet = "imagenet"
  /// For images of about 32 x 32: it keeps their size.
  case cifar
}
