import Torch

/// A network from images `[N, C, H, W]` to logits `[N, classes]`, whose last layer can be replaced.
public protocol ImageClassifier: Layer {
  /// The last layer: from features to logits.
  var head: Linear { get set }
}

extension ImageClassifier {
  /// How many classes it tells apart.
  public var classes: Int { head.outputs }

  /// Puts a new last layer, with fresh weights, in place of the old one, for another set of classes.
  ///
  /// Make the optimizer afterwards: one made before still holds the old layer's parameters.
  public func replaceHead(classes: Int) {
    precondition(classes > 0, "a classifier has at least one class, not \(classes)")
    let old = head
    head = Linear(old.inputs, classes, bias: old.bias != nil).to(old.weight.value.device).to(old.weight.value.dtype)
  }
}

/// What comes before the first block, which decides how large the images have to be.
public enum Stem: String, Sendable, CaseIterable, Codable {
  /// As in the paper, for images of about 224 x 224: it makes them 4 times smaller before the first block.
  case imageNet = "imagenet"
  /// For images of about 32 x 32: it keeps their size.
  case cifar
}
