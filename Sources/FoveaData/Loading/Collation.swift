import Torch

/// Samples that do not fit into one batch.
public struct CollationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The name of the sample that does not fit, which is the path of its file where it has one.
  public let sample: String
  /// In what it differs, and from which.
  public let problem: String

  public var description: String { "\(sample): \(problem)" }
}

extension Batch {
  /// Stacks samples.
  ///
  /// - Throws: ``CollationError`` if an image differs from the first in size or type, or lacks what the first has.
  public init(collating samples: [Sample]) throws {
    guard let first = samples.first else {
      throw CollationError(sample: "no sample", problem: "a batch needs at least one")
    }
    let shape = first.image.shape
    let mapShape = first.labelMap?.shape
    for sample in samples {
      guard sample.image.shape == shape else {
        throw CollationError(
          sample: sample.name,
          problem:
            "is \(sample.image.shape), but \(first.name) in the same batch is \(shape); images of a batch must be "
            + "of one size: end the transforms with a Resize or a crop to a fixed size, or use batches of 1")
      }
      if let map = sample.labelMap?.shape, let mapShape, map != mapShape {
        throw CollationError(
          sample: sample.name,
          problem: "its label map is \(map), but that of \(first.name) in the same batch is \(mapShape)")
      }
      guard sample.image.dtype == first.image.dtype else {
        throw CollationError(
          sample: sample.name,
          problem: "is \(sample.image.dtype), but \(first.name) in the same batch is \(first.image.dtype)")
      }
    }
    self.init(
      images: Tensor.stack(samples.map(\.image)),
      labels: try Self.values(of: samples, \.label, "label").map { Tensor($0) },
      indices: samples.map(\.index))
    boxes = try Self.values(of: samples, \.boxes, "boxes") ?? []
    boxLabels = try Self.values(of: samples, \.boxLabels, "classes of boxes") ?? []
    masks = try Self.values(of: samples, \.masks, "masks") ?? []
    keypoints = try Self.values(of: samples, \.keypoints, "key points") ?? []
    labelMaps = try Self.values(of: samples, \.labelMap, "label map").map { Tensor.stack($0) }
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
