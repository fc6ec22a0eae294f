/// Dimensions `from` to `to` rolled into one: `[N, C, H, W]` to `[N, C·H·W]`.
public final class Flatten: Layer {
  private let from: Int
  private let to: Int

  public init(from: Int = 1, to: Int = -1) {
    self.from = from
    self.to = to
  }

  public override func forward(_ x: Tensor) -> Tensor { x.flatten(from: from, to: to) }
}

/// Gives back what it is given: where a layer may be left out.
public final class Identity: Layer {
  public override func forward(_ x: Tensor) -> Tensor { x }
}
