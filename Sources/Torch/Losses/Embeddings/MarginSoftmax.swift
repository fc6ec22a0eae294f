import Foundation

/// How a softmax over cosines is made harder for the right class, so that classes keep a margin between them.
public enum AngularMargin: Sendable, Hashable {
  /// The angle to the right class counts as larger by `margin` radians (ArcFace; Deng et al., 2019).
  case arcFace(margin: Double = 0.5)
  /// The cosine of the right class counts as smaller by `margin` (CosFace; Wang et al., 2018).
  case cosFace(margin: Double = 0.35)
}

extension Tensor {
  /// Logits `[N, C]` of these cosines `[N, C]` between embeddings and the centres of classes, for a cross-entropy that
  /// keeps a margin.
  ///
  /// - Parameters:
  ///   - labels: the right classes, `int64` `[N]`; only their cosines are changed.
  ///   - scale: what the cosines are multiplied by, as a softmax of numbers in -1...1 is never sure.
  public func marginLogits(_ labels: Tensor, _ margin: AngularMargin, scale: Double = 64) -> Tensor {
    let isRight = labels.oneHot(classes: shape[1]).to(.bool)
    switch margin {
    case .cosFace(let margin): return (self - isRight.to(dtype) * margin) * scale
    case .arcFace(let margin):
      // Inside of ±1, where the arc cosine has a slope. cos(θ + m) = cos θ cos m - sin θ sin m.
      let cosine = clamp(min: -1 + 1e-7, max: 1 - 1e-7)
      let moved = cosine * Foundation.cos(margin) - (1 - cosine.square()).sqrt() * Foundation.sin(margin)
      // Beyond θ + m = π the cosine would rise again: there it goes on as a line.
      let beyond = cosine - margin * Foundation.sin(margin)
      return isRight.select((cosine .>= -Foundation.cos(margin)).select(moved, beyond), self) * scale
    }
  }
}
