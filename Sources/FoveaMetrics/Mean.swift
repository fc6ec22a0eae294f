import Torch

/// The mean of a quantity that arrives as means of batches, such as a loss: each counts as often as its batch has samples.
public final class Mean {
  private var sum = 0.0
  private var weight = 0

  public init() {}

  /// Adds the mean over a batch of `count` samples.
  public func update(_ mean: Double, count: Int = 1) {
    precondition(count >= 0, "a batch of \(count) samples")
    guard count > 0 else { return }  // the mean of no samples is NaN, and says nothing
    sum += mean * Double(count)
    weight += count
  }

  /// Adds the mean over a batch of `count` samples: a tensor of one element.
  public func update(_ mean: Tensor, count: Int = 1) {
    update(mean.item(Double.self), count: count)
  }

  /// The mean over all samples; NaN where there were none.
  public func compute() -> Double { weight == 0 ? .nan : sum / Double(weight) }

  /// Forgets every batch.
  public func reset() {
    sum = 0
    weight = 0
  }
}
