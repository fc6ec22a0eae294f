/// A table of vectors: whole numbers `[...]` to the rows that they name, `[..., size]`.
public final class Embedding: Layer {
  /// `[count, size]`.
  public let weight: Parameter
  /// The row that stands for "nothing": zeros at first, never trained.
  public let paddingIndex: Int?

  /// A table of `count` vectors of `size` numbers, with PyTorch's initial weights: normal with deviation 1.
  public init(_ count: Int, _ size: Int, paddingIndex: Int? = nil) {
    weight = Parameter([count, size], .normal())
    self.paddingIndex = paddingIndex
    super.init()
    if let paddingIndex { withNoGrad { _ = weight.value[paddingIndex].zero_() } }
  }

  public override func forward(_ x: Tensor) -> Tensor { x.embedding(weight.value, paddingIndex: paddingIndex ?? -1) }
}
