import FoveaImaging
import Torch

/// How images become a published model's input, as its `preprocessor_config.json` (transformers) or `pretrained_cfg` (timm)
/// says: resized, cropped, rescaled, normalised.
///
/// The numbers are those of the library that the model comes from, bit for bit, so that it predicts in Fovea what it
/// predicts there.
///
/// ```swift
/// let processor = try ImageProcessor(folder: model)
/// let input = try processor(Sample(image: photograph.tensor)).image   // float32 [3, 224, 224]
/// ```
public struct ImageProcessor: Transform, Hashable {
  /// What size an image gets before it is cropped.
  public enum Scaling: Sendable, Hashable {
    /// This one, whatever shape the image has.
    case exact(ImageSize)
    /// The shorter edge gets this length, the longer one follows.
    case shortestEdge(Int)
    /// The shorter edge gets this length unless the longer one would pass the other.
    case edges(shortest: Int, longest: Int)
  }

  /// How pixels between the old ones are made, by Pillow's numbers.
  public enum Resample: Int, Sendable, Hashable, CaseIterable {
    case nearest = 0
    case lanczos = 1
    case bilinear = 2
    case bicubic = 3
  }

  /// Whose arithmetic is followed, where two libraries do the same in different ways.
  public enum Convention: Sendable, Hashable {
    /// transformers on torchvision: libtorch resizes, an odd pixel too many is cut off at the end, and rescaling is part
    /// of normalising.
    case transformers
    /// timm on Pillow: Pillow resizes, an odd pixel too many is cut off where that makes the start an even number, and
    /// normalising comes after rescaling.
    case timm
  }

  /// The size before the crop; nil where images keep theirs.
  public var scaling: Scaling?
  /// How pixels are made.
  public var resample: Resample
  /// The middle that is cut out; nil where nothing is. What is missing to it becomes 0.
  public var crop: ImageSize?
  /// What pixels (0...255) are multiplied with; nil where they are not.
  public var rescaleFactor: Double?
  /// What the rescaled pixels are normalised with; nil where they are not.
  public var statistics: ChannelStatistics?
  /// Whose arithmetic is followed.
  public var convention: Convention

  public init(
    scaling: Scaling?, resample: Resample = .bilinear, crop: ImageSize? = nil, rescaleFactor: Double? = 1.0 / 255,
    statistics: ChannelStatistics? = .half, convention: Convention = .transformers
  ) {
    self.scaling = scaling
    self.resample = resample
    self.crop = crop
    self.rescaleFactor = rescaleFactor
    self.statistics = statistics
    self.convention = convention
  }

  /// The size of every image that comes out; nil where it depends on the image.
  public var outputSize: ImageSize? {
    if let crop { return crop }
    if case .exact(let size) = scaling { return size }
    return nil
  }

  /// An image `uint8 [3, H, W]` as the model's input, `float32`.
  ///
  /// - Throws: ``TransformError`` for an image of other channels, or one so long that its resized form would fill the memory.
  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample {
    var sample = try shaped(sample)
    if let statistics, let problem = statistics.problem(with: sample.image) { throw cannotChange(sample, problem) }
    sample.image = values(of: sample.image)
    return sample
  }

  /// The resizing and the crop alone: what is done to each image before images can be a batch.
  ///
  /// - Throws: ``TransformError``.
  public func shaped(_ sample: Sample) throws -> Sample {
    guard sample.image.rank == 3, sample.image.dtype == .uint8 else {
      throw cannotChange(
        sample, "needs a uint8 image [C, H, W], and this one is \(sample.image.dtype) \(sample.image.shape)")
    }
    var sample = sample
    if let scaling { sample = try resized(sample, to: scaling.size(for: sample.size)) }
    guard let crop else { return sample }
    let image = sample.size
    return sample.cropped(
      to: CropWindow(
        top: convention.cropStart(crop.height, within: image.height),
        left: convention.cropStart(crop.width, within: image.width),
        size: crop))
  }

  /// Pixels `[C, H, W]` or `[N, C, H, W]` rescaled and normalised: by the library's own steps, as each of them rounds.
  public func values(of pixels: Tensor) -> Tensor {
    let floats = pixels.to(.float32)
    func perChannel(_ values: [Double]) -> Tensor { Tensor(values.map(Float.init), shape: [values.count, 1, 1]) }
    switch (statistics, convention) {
    case (nil, _): return rescaleFactor.map { floats * $0 } ?? floats
    case (let statistics?, .transformers):
      let range = rescaleFactor.map { 1 / $0 } ?? 1
      return (floats - perChannel(statistics.mean) * range).div_(perChannel(statistics.standardDeviation) * range)
    case (let statistics?, .timm):
      return (floats / (rescaleFactor.map { 1 / $0 } ?? 1)).sub_(perChannel(statistics.mean))
        .div_(perChannel(statistics.standardDeviation))
    }
  }

  public var description: String {
    var steps: [String] = []
    if let scaling { steps.append("\(scaling), \(resample)") }
    if let crop { steps.append("crop: \(crop)") }
    if let rescaleFactor { steps.append("rescale: \(rescaleFactor)") }
    if let statistics { steps.append("\(statistics)") }
    return "ImageProcessor(\(steps.joined(separator: "; ")))"
  }
}

extension ImageProcessor {
  private func resized(_ sample: Sample, to size: ImageSize) throws -> Sample {
    let (pixels, overflows) = size.height.multipliedReportingOverflow(by: size.width)
    guard !overflows, pixels <= Image.defaultPixelLimit else {
      throw cannotChange(sample, "would make an image of \(sample.size) pixels one of \(size), which is too large")
    }
    guard size != sample.size else { return sample }
    var result = sample.resized(to: size, .nearest)  // boxes, masks and key points with it
    result.image = resized(sample.image, to: size)
    return result
  }

  private func resized(_ image: Tensor, to size: ImageSize) -> Tensor {
    switch (convention, resample) {
    case (.timm, _): PillowResampling(resample).resized(image, to: size)
    case (.transformers, .bilinear): image.resized(to: size, .bilinear)
    case (.transformers, .bicubic): image.resized(to: size, .bicubic)
    case (.transformers, .nearest):
      image.unsqueeze(0).interpolateNearestExact(height: size.height, width: size.width).squeeze(0)
    case (.transformers, .lanczos):
      image.unsqueeze(0).interpolateLanczos(height: size.height, width: size.width).squeeze(0)
    }
  }
}

extension ImageProcessor.Scaling {
  /// The size that an image gets, with transformers' roundings.
  func size(for image: ImageSize) -> ImageSize {
    let (short, long) = (min(image.height, image.width), max(image.height, image.width))
    func withEdges(_ newShort: Int, _ newLong: Int) -> ImageSize {
      let (newShort, newLong) = (max(1, newShort), max(1, newLong))
      return image.width <= image.height
        ? ImageSize(height: newLong, width: newShort) : ImageSize(height: newShort, width: newLong)
    }
    switch self {
    case .exact(let size): return size
    case .shortestEdge(let length): return withEdges(length, Int(Double(length * long) / Double(max(1, short))))
    case .edges(let shortest, let longest):
      let ratio = Double(long) / Double(max(1, short))
      guard ratio * Double(shortest) > Double(longest) else {
        return withEdges(shortest, Int(Double(shortest * long) / Double(max(1, short))))
      }
      let exact = Double(longest * short) / Double(max(1, long))
      // An image whose shorter edge has its length already is left alone, even where the longer one is too long.
      if Int(exact.rounded(.toNearestOrEven)) == short { return image }
      return withEdges(Int(exact.rounded(.toNearestOrEven)), Int(exact * Double(long) / Double(max(1, short))))
    }
  }
}

extension ImageProcessor.Convention {
  /// Where the middle begins; negative where the image is smaller, by the border that it gets.
  func cropStart(_ length: Int, within whole: Int) -> Int {
    guard whole >= length else { return -((length - whole) / 2) }
    let half = Double(whole - length) / 2
    return Int(half.rounded(self == .transformers ? .down : .toNearestOrEven))
  }
}
