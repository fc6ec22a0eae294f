import Torch

/// A random part of the image, after a border was added on all sides. torchvision's name: `RandomCrop`.
///
/// With a border of 4 pixels and the image's own size it is the usual augmentation of CIFAR (He et al., 2015: "Deep
/// Residual Learning for Image Recognition", section 4.2). An image that is too small gets as much more border as it needs
/// (torchvision's `pad_if_needed`). On a batch, each image has a place of its own.
public struct RandomCrop: Transform, BatchTransform {
  public var size: ImageSize
  /// How many pixels are added on each side before.
  public var padding: Int
  /// What the border is filled with, in the image's own units (0...255, or what the floating-point image has).
  public var fill: Double

  public init(_ size: ImageSize, padding: Int = 0, fill: Double = 0) {
    self.size = size
    self.padding = padding
    self.fill = fill
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) -> Sample {
    sample.cropped(to: draw(in: sample.size, using: &random), fill: fill)
  }

  public func callAsFunction(_ batch: Batch, using random: inout RandomSource) throws -> Batch {
    try requireImagesAlone(batch)
    let image = ImageSize(of: batch.images)
    let windows = (0..<batch.images.shape[0]).map { _ in draw(in: image, using: &random) }
    let border = ImageSize(
      height: border(image.height, size.height), width: border(image.width, size.width))
    var batch = batch
    batch.images = batch.images
      .pad([border.width, border.width, border.height, border.height], value: fill)
      .gathered(tops: windows.map { $0.top + border.height }, lefts: windows.map { $0.left + border.width }, size: size)
    return batch
  }

  /// A window, in pixels of the image without its border.
  func draw(in image: ImageSize, using random: inout RandomSource) -> CropWindow {
    CropWindow(
      top: start(image.height, size.height, using: &random), left: start(image.width, size.width, using: &random),
      size: size)
  }

  private func start(_ whole: Int, _ length: Int, using random: inout RandomSource) -> Int {
    let border = border(whole, length)
    return random.integer(in: 0..<(whole + 2 * border - length + 1)) - border
  }

  private func border(_ whole: Int, _ length: Int) -> Int { padding + max(0, length - whole - 2 * padding) }

  public var description: String { "RandomCrop(\(size), padding: \(padding), fill: \(fill))" }
}

extension Tensor {
  /// From each of the images `[N, C, H, W]`, the part that begins at its own top and left: `[N, C, size]`.
  ///
  /// Each row of a part is a run of elements in memory, so all rows of all parts are fetched in one go: several times
  /// quicker than element by element.
  fileprivate func gathered(tops: [Int], lefts: [Int], size: ImageSize) -> Tensor {
    let (count, channels, height, width) = (shape[0], shape[1], shape[2], shape[3])
    let planes = Tensor.arange(count * channels).reshape(count, channels, 1) * height
    let rows = planes + Tensor(tops, shape: [count, 1, 1]) + Tensor.arange(size.height)
    let starts = (rows * width + Tensor(lefts, shape: [count, 1, 1])).flatten().to(device)
    return Self.runs(contiguous().flatten(), 0, size.width, 1).indexSelect(dim: 0, starts)
      .reshape(count, channels, size.height, size.width)
  }

  /// All runs of a length along a dimension, as a view.
  private static let runs = Op<Tensor, Tensor, Int, Int, Int>("aten::unfold")
}
