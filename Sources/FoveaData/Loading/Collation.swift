import Torch

/// Samples that do not fit into one batch.
public struct CollationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The name of the sample that does not fit, which is the path of its file where it has one.
  public let sample: String
  /// In what it differs, and from which.
  public let problem: String

  public var description: String { "\(sample): \(problem)" }
}

/// How samples are put together.
public enum Collation: Sendable, Hashable {
  /// Images of one size stand behind each other.
  case stacked
  /// Images of different sizes get zeros to the right and below, up to the largest height and width of the batch, and those
  /// rounded up to a multiple; ``Batch/sizes`` keeps what they were. Detectors want a multiple of their largest stride, 32.
  case padded(toMultipleOf: Int = 1)
}

extension Batch {
  /// Puts samples together.
  ///
  /// - Throws: ``CollationError`` if an image differs from the first in size (where none is padded) or type, or lacks what
  ///   the first has.
  public init(collating samples: [Sample], _ collation: Collation = .stacked) throws {
    guard let first = samples.first else {
      throw CollationError(sample: "no sample", problem: "a batch needs at least one")
    }
    for sample in samples { try sample.check(against: first, collation) }
    let space = collation.space(for: samples.map(\.size))
    self.init(
      images: Self.stacked(samples.map { $0.image.padded(to: space, with: 0) }),
      labels: try Self.values(of: samples, \.label, "label").map { Tensor($0) },
      indices: samples.map(\.index))
    if collation != .stacked { sizes = samples.map(\.size) }
    boxes = try Self.values(of: samples, \.boxes, "boxes") ?? []
    boxLabels = try Self.values(of: samples, \.boxLabels, "classes of boxes") ?? []
    masks = try Self.values(of: samples, \.masks, "masks")?.map { $0.padded(to: space, with: 0) } ?? []
    keypoints = try Self.values(of: samples, \.keypoints, "key points") ?? []
    labelMaps = try Self.values(of: samples, \.labelMap, "label map").map { maps in
      Tensor.stack(maps.map { $0.padded(to: space, with: 255) })
    }
    captions = try Self.values(of: samples, \.captions, "captions") ?? []
    tokens = try Self.values(of: samples, \.tokens, "tokens").map(Self.padded)
  }

  /// Images `[C, H, W]` as one tensor, channels last in memory if the first one's are: libtorch's `stack` would sort them.
  private static func stacked(_ images: [Tensor]) -> Tensor {
    guard let first = images.first, first.rank == 3, !first.isContiguous() else { return Tensor.stack(images) }
    return Tensor.stack(images.map { $0.permute(1, 2, 0) }).permute(0, 3, 1, 2)
  }

  /// Rows of unequal length as one tensor.
  private static func padded(_ rows: [Tensor]) -> Tensor {
    let longest = rows.map(\.count).max() ?? 0
    return Tensor.stack(rows.map { $0.pad([0, longest - $0.count], value: Double(Batch.padding)) })
  }

  /// What every sample has, or no sample.
  private static func values<Value>(
    of samples: [Sample], _ field: KeyPath<Sample, Value?>, _ name: String
  ) throws -> [Value]? {
    let values = samples.compactMap { $0[keyPath: field] }
    if values.isEmpty { return nil }
    if let without = samples.first(where: { $0[keyPath: field] == nil }) {
      throw CollationError(
        sample: without.name, problem: "has no \(name), but others of the same batch have: all must, or none")
    }
    return values
  }
}

extension Collation {
  /// The size that all images of a batch get.
  fileprivate func space(for sizes: [ImageSize]) -> ImageSize {
    let height = sizes.map(\.height).max() ?? 0
    let width = sizes.map(\.width).max() ?? 0
    guard case .padded(let multiple) = self else { return ImageSize(height: height, width: width) }
    precondition(multiple > 0, "images padded to a multiple of \(multiple)")
    return ImageSize(
      height: (height + multiple - 1) / multiple * multiple, width: (width + multiple - 1) / multiple * multiple)
  }
}

extension Sample {
  /// Throws unless the sample fits into a batch that begins with another.
  fileprivate func check(against first: Sample, _ collation: Collation) throws {
    let (shape, wanted) = (image.shape, first.image.shape)
    guard shape == wanted || (collation != .stacked && shape.count == 3 && wanted.count == 3 && shape[0] == wanted[0])
    else {
      throw CollationError(
        sample: name,
        problem:
          "is \(shape), but \(first.name) in the same batch is \(wanted); "
          + (collation == .stacked
            ? "images of a batch must be of one size: end the transforms with a Resize or a crop to a fixed size, "
              + "use batches of 1, or pad them (collation: .padded())"
            : "images of a batch must have the same channels"))
    }
    if let map = labelMap.map(ImageSize.init(of:)), map != size {
      throw CollationError(sample: name, problem: "its label map is \(map), but its image is \(size)")
    }
    guard image.dtype == first.image.dtype else {
      throw CollationError(
        sample: name, problem: "is \(image.dtype), but \(first.name) in the same batch is \(first.image.dtype)")
    }
  }
}

extension Tensor {
  /// Images `[..., H, W]` with more rows below and columns to the right.
  fileprivate func padded(to space: ImageSize, with value: Double) -> Tensor {
    let size = ImageSize(of: self)
    return size == space ? self : pad([0, space.width - size.width, 0, space.height - size.height], value: value)
  }
}
