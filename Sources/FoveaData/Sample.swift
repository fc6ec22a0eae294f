import Torch

/// One image and what is known about it.
///
/// Boxes, masks and key points are in the pixels of `image`, whatever size it has: a transform that moves the image moves
/// them with it. What a set does not have is nil.
public struct Sample: Sendable {
  /// `[C, H, W]`, RGB or grey: `uint8` in 0...255 as read, or floating point once a transform made it so.
  public var image: Tensor

  /// The class of the whole image, from 0.
  public var label: Int?

  /// `[B, 4]`, `float32`: where each object is, in pixels.
  public var boxes: Boxes<XYXY>?

  /// `[B]`, `int64`: the class of each box.
  public var boxLabels: Tensor?

  /// `[B, H, W]`, `uint8`: 1 where a pixel belongs to the object of that box, else 0.
  public var masks: Tensor?

  /// `[B, K, 3]`, `float32`: x and y in pixels and visibility (0 not labelled, 1 hidden, 2 visible, as in COCO).
  public var keypoints: Tensor?

  /// `[H, W]`, `uint8`: the class of each pixel, for semantic segmentation; 255 is "do not count".
  public var labelMap: Tensor?

  /// Sentences that describe the image.
  public var captions: [String]?

  /// `[T]`, `int64`: the tokens of one of the sentences, its start and its end with it.
  public var tokens: Tensor?

  /// Which part of the whole image ``image`` is, where a set read no more than the transform needs.
  var excerpt: Excerpt?

  /// Where it stands in its set.
  public var index: Int

  /// What a message calls it: the path of its file, or the set and the index.
  public var name: String

  public init(
    image: Tensor, label: Int? = nil, boxes: Boxes<XYXY>? = nil, boxLabels: Tensor? = nil, masks: Tensor? = nil,
    keypoints: Tensor? = nil, labelMap: Tensor? = nil, index: Int = 0, name: String = ""
  ) {
    self.image = image
    self.label = label
    self.boxes = boxes
    self.boxLabels = boxLabels
    self.masks = masks
    self.keypoints = keypoints
    self.labelMap = labelMap
    self.index = index
    self.name = name
  }
}

/// What is there of an image.
struct Excerpt: Sendable {
  let window: CropWindow
  /// The size of the whole image.
  let whole: ImageSize
}
