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
  /// Whether the border shows the image's own pixels mirrored at its edge (PyTorch's `reflect`) in place of ``fill``.
  public var reflects: Bool

  public init(_ size: ImageSize, padding: Int = 0, fill: Double = 0, reflects: Bool = false) {
    self.size = size
    self.padding = padding
    self.fill = fill
    self.reflects = reflects
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) -> Sample {
    let window = draw(in: sample.size, using: &random)
    var cropped = sample.cropped(to: window, fill: fill)
    if reflects { cropped.image = sample.image.reflected(in: window) }
    return cropped
  }

  public func callAsFunction(_ batch: Batch, using random: inout RandomSource) throws -> Batch {
    try requireImagesAlone(batch)
    let image = ImageSize(of: batch.images)
    let windows = (0..<batch.images.shape[0]).map { _ in draw(in: image, using: &random) }
    let border = ImageSize(
      height: border(image.height, size.height), width: border(image.width, size.width))
    let whole = CropWindow(
      top: -border.height, left: -border.width,
      size: ImageSize(height: image.height + 2 * border.height, width: image.width + 2 * border.width))
    let wide = reflects ? batch.images.reflected(in: whole) : batch.images.cropped(to: whole, fill: fill)
    var batch = batch
    batch.images =
      wide.gathered(
        tops: windows.map { $0.top + border.height }, lefts: windows.map { $0.left + border.width }, size: size)
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

  public var description: String {
    "RandomCrop(\(size), padding: \(padding), \(reflects ? "reflects: true" : "fill: \(fill)"))"
  }
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
