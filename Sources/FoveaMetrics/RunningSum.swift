import Torch

/// A sum of tensors over batches. It stays on their device, so that adding to it waits for nothing.
struct RunningSum {
  private var total: Tensor?

  /// Adds one batch's part.
  mutating func add(_ part: Tensor) {
    // Out of place: a total born in inference mode may not be changed outside it.
    total = total.map { $0 + part } ?? part
  }

  /// The elements of the sum, row by row; nil before the first batch.
  func elements<Element: TensorElement>(as type: Element.Type) -> [Element]? {
    total?.array(Element.self)
  }
}
