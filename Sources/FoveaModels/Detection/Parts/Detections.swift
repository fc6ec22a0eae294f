import Torch

/// The objects that an image shows, as annotated.
public struct DetectionTarget: Sendable {
  /// `[B, 4]`, `float32`, in pixels of the model's input.
  public var boxes: Boxes<XYXY>
  /// `[B]`, `int64`: the classes, from 0. Models that need a background add it themselves.
  public var labels: Tensor

  /// Boxes of whole numbers become floating-point ones.
  public init(boxes: Boxes<XYXY>, labels: Tensor) {
    self.boxes = boxes.values.dtype.isFloatingPoint ? boxes : boxes.to(.float32)
    self.labels = labels
  }
}

/// The objects that a model found in an image, the surest first.
public struct Detections: Sendable {
  /// `[B, 4]`, in pixels of the model's input.
  public var boxes: Boxes<XYXY>
  /// `[B]`, in 0...1.
  public var scores: Tensor
  /// `[B]`, `int64`: the classes, from 0; the background is not among them.
  public var labels: Tensor

  public init(boxes: Boxes<XYXY>, scores: Tensor, labels: Tensor) {
    self.boxes = boxes
    self.scores = scores
    self.labels = labels
  }

  /// How many objects were found.
  public var count: Int { labels.count }

  /// Those that whole numbers `[K]` name, in this order, or for which a mask `[B]` is true.
  public subscript(chosen: Tensor) -> Detections {
    Detections(boxes: boxes[chosen], scores: scores[chosen], labels: labels[chosen])
  }

  /// The objects after suppression within each class, at most `limit`.
  public func suppressed(threshold: Double, limit: Int) -> Detections {
    self[boxes.nms(scores: scores, groups: labels, threshold: threshold)[..<limit]]
  }
}

/// Images of different sizes in one tensor: each in the top left corner, zeros elsewhere.
public struct ImageList {
  /// An image's own size, in pixels, without padding.
  public struct Size: Sendable, Hashable {
    public let height: Int
    public let width: Int

    public init(height: Int, width: Int) {
      self.height = height
      self.width = width
    }
  }

  /// `[N, C, H, W]`, normalised.
  public let images: Tensor
  /// The size of each image.
  public let sizes: [Size]

  /// Images `[N, C, H, W]` with their sizes; without them, all of the tensor's size.
  public init(_ images: Tensor, sizes: [Size]? = nil) {
    self.images = images
    self.sizes =
      sizes ?? Array(repeating: Size(height: images.shape[2], width: images.shape[3]), count: images.shape[0])
    precondition(self.sizes.count == images.shape[0], "\(self.sizes.count) sizes for \(images.shape[0]) images")
  }

  /// Images `[C, H, W]` of different sizes, with zeros to the right and below up to a multiple.
  ///
  /// - Precondition: there is at least one, and all have as many channels.
  public init(padding images: [Tensor], toMultipleOf multiple: Int) {
    precondition(!images.isEmpty, "a list of no images")
    let sizes = images.map { Size(height: $0.shape[1], width: $0.shape[2]) }
    func rounded(_ length: Int) -> Int { (length + multiple - 1) / multiple * multiple }
    let height = rounded(sizes.map(\.height).max() ?? 0)
    let width = rounded(sizes.map(\.width).max() ?? 0)
    self.init(
      Tensor.stack(
        zip(images, sizes).map { image, size in image.pad([0, width - size.width, 0, height - size.height]) }),
      sizes: sizes)
  }

  /// The size of the tensor.
  public var paddedSize: Size { Size(height: images.shape[2], width: images.shape[3]) }
}

/// What a detector's training adds up, by part.
public struct DetectionLosses {
  /// The names and values of the parts, each a tensor of one element.
  public let parts: [(name: String, value: Tensor)]

  public init(_ parts: [(name: String, value: Tensor)]) { self.parts = parts }

  /// The sum of the parts.
  public var total: Tensor { parts.dropFirst().reduce(parts[0].value) { $0 + $1.value } }

  /// The part of a name.
  public subscript(name: String) -> Tensor? { parts.first { $0.name == name }?.value }

  /// The parts by name.
  public var byName: [String: Tensor] { Dictionary(parts.map { ($0.name, $0.value) }) { $1 } }
}

/// A network that finds objects.
public protocol ObjectDetector: Module {
  /// How many classes it tells apart, without any background.
  var classes: Int { get }

  /// What training makes small: the parts of the loss, for images with their annotations, which may be empty.
  ///
  /// - Precondition: there are as many targets as images.
  func losses(_ images: ImageList, _ targets: [DetectionTarget]) -> DetectionLosses

  /// What the images show.
  func detect(_ images: ImageList) -> [Detections]

  /// Keeps the first stages of the backbone as they are in training.
  func freeze(stages count: Int)
}
