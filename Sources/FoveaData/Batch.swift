import Torch

/// Samples stacked for one step of a model.
public struct Batch: Sendable {
  /// `[N, C, H, W]`, of the type that the transforms left.
  public var images: Tensor

  /// The classes: `[N]`, `int64`; or `[N, classes]`, floating point, where a transform (MixUp, CutMix) mixed them.
  /// Nil where the set has none.
  public var labels: Tensor?

  /// Where each sample stands in its set.
  public var indices: [Int]

  /// The boxes of each image, `[B, 4]` each; empty where the set has none.
  public var boxes: [Tensor] = []

  /// The classes of the boxes of each image, `[B]` each; empty where the set has none.
  public var boxLabels: [Tensor] = []

  /// The masks of each image, `[B, H, W]` each; empty where the set has none.
  public var masks: [Tensor] = []

  /// The key points of each image, `[B, K, 3]` each; empty where the set has none.
  public var keypoints: [Tensor] = []

  /// `[N, H, W]`, `uint8`: the class of each pixel. Nil where the set has none.
  public var labelMaps: Tensor?

  /// Which batch of its epoch this is, from 0.
  public var number = 0

  /// The samples that were left out because they could not be read: a message each. Only where the loader was told to go on.
  public var skipped: [String] = []

  public init(images: Tensor, labels: Tensor? = nil, indices: [Int]) {
    self.images = images
    self.labels = labels
    self.indices = indices
  }

  /// The number of images.
  public var count: Int { indices.count }
}
