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

  /// The size of each image within `images`: it begins at the top left, and what is right of it or below was added so that
  /// images of different sizes fit into one tensor. Empty where nothing was added.
  public var sizes: [ImageSize] = []

  /// The boxes of each image, `[B, 4]` each, in pixels of `images`; empty where the set has none.
  public var boxes: [Boxes<XYXY>] = []

  /// The classes of the boxes of each image, `[B]` each; empty where the set has none.
  public var boxLabels: [Tensor] = []

  /// The masks of each image, `[B, H, W]` each; empty where the set has none.
  public var masks: [Tensor] = []

  /// The key points of each image, `[B, K, 3]` each; empty where the set has none.
  public var keypoints: [Tensor] = []

  /// `[N, H, W]`, `uint8`: the class of each pixel. Nil where the set has none.
  public var labelMaps: Tensor?

  /// The sentences of each image; empty where the set has none.
  public var captions: [[String]] = []

  /// `[N, T]`, `int64`: the tokens of a sentence of each image, and ``padding`` behind its end. Nil where there are none.
  public var tokens: Tensor?

  /// What fills the rows of ``tokens`` behind the end of a sentence.
  public static let padding = -1

  /// Which epoch it belongs to, from 0.
  public var epoch = 0

  /// Which batch of its epoch this is, from 0.
  public var number = 0

  /// The samples that were left out because they could not be read: a message each. Only where the loader was told to go on.
  public var skipped: [String] = []

  public init(images: Tensor, labels: Tensor? = nil, indices: [Int]) {
    self.images = images
    self.labels = labels
    self.indices = indices
  }

  /// The size of an image, without what was added to fit it into the batch.
  public func size(at index: Int) -> ImageSize { sizes.isEmpty ? ImageSize(of: images) : sizes[index] }

  /// `[N, H, W]`, `bool`: true for the pixels of an image, false for what was added to fit it into the batch.
  public var pixelMask: Tensor {
    let rows = Tensor.arange(images.shape[2]).reshape(1, -1, 1)
    let columns = Tensor.arange(images.shape[3]).reshape(1, 1, -1)
    let sizes = (0..<count).map(size)
    let isInside =
      (rows .< Tensor(sizes.map(\.height), shape: [count, 1, 1]))
      .&& (columns .< Tensor(sizes.map(\.width), shape: [count, 1, 1]))
    return isInside.to(images.device)
  }

  /// The number of images.
  public var count: Int { indices.count }
}
