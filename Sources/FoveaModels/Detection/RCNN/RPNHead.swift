import Torch

/// Says of each anchor whether an object is there, and how the box should move: a 3x3 convolution, then two 1x1 ones,
/// the same for all feature maps.
public final class RPNHead: Module {
  let conv: Sequential
  let clsLogits: Conv2d
  let bboxPred: Conv2d

  /// - Parameters:
  ///   - width: the channels of the maps.
  ///   - anchorsPerPlace: how many anchors stand at each place of a map.
  public init(width: Int, anchorsPerPlace: Int) {
    conv = Sequential(Sequential(Conv2d(width, width, kernel: 3, padding: 1)))
    clsLogits = Conv2d(width, anchorsPerPlace, kernel: 1)
    bboxPred = Conv2d(width, anchorsPerPlace * 4, kernel: 1)
    super.init()
    for case (_, let layer as Conv2d) in namedModules() {
      layer.weight.initialize(.normal(std: 0.01))
      layer.bias?.initialize(.constant(0))
    }
  }

  /// For each map `[N, C, h, w]`: logits `[N, h·w·A]` and differences `[N, h·w·A, 4]`, in the order of the anchors.
  public func callAsFunction(_ features: [Tensor]) -> [(objectness: Tensor, differences: Tensor)] {
    features.map { map in
      let hidden = conv(map).relu()
      return (anchorRows(clsLogits(hidden), of: 1).squeeze(2), anchorRows(bboxPred(hidden), of: 4))
    }
  }
}

/// `[N, A·k, h, w]` to `[N, h·w·A, k]`: a row an anchor.
func anchorRows(_ map: Tensor, of k: Int) -> Tensor { map.permute(0, 2, 3, 1).reshape(map.shape[0], -1, k) }
