import Torch

/// Two linear layers over a region's features: `[K, C, size, size]` to `[K, width]`.
public final class TwoMLPHead: Layer {
  let fc6: Linear
  let fc7: Linear

  /// - Parameter inputs: `C · size · size`.
  public init(_ inputs: Int, width: Int = 1024) {
    fc6 = Linear(inputs, width)
    fc7 = Linear(width, width)
  }

  public override func forward(_ x: Tensor) -> Tensor { fc7(fc6(x.flatten(from: 1)).relu()).relu() }
}

/// From a region's features to what it shows and how the box should move for it.
public final class FastRCNNPredictor: Module {
  let clsScore: Linear
  let bboxPred: Linear

  /// - Parameter classes: without the background, which is added before them.
  public init(_ inputs: Int, classes: Int) {
    clsScore = Linear(inputs, classes + 1)
    bboxPred = Linear(inputs, (classes + 1) * 4)
  }

  /// The width of the features.
  public var inputs: Int { clsScore.inputs }
  /// How many classes there are, without the background.
  public var classes: Int { clsScore.outputs - 1 }

  /// Features `[K, inputs]` to logits `[K, 1 + classes]`, the background's first, and differences `[K, 1 + classes, 4]`.
  public func callAsFunction(_ x: Tensor) -> (logits: Tensor, differences: Tensor) {
    (clsScore(x), bboxPred(x).reshape(x.shape[0], -1, 4))
  }
}
