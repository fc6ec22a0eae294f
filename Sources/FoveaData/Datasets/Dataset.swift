import Torch

/// Samples that can be read in any order, from any thread.
public protocol Dataset: Sendable {
  /// The number of samples.
  var count: Int { get }

  /// The names of the classes; the label is the place in this list. Empty for a set without classes.
  var classNames: [String] { get }

  /// Which part of the data this is.
  var split: Split { get }

  /// Reads a sample.
  ///
  /// - Parameter index: in `0..<count`.
  /// - Throws: an error that names the file that is missing or broken.
  subscript(index: Int) -> Sample { get throws }

  /// Reads a sample for a transform: no more of its image than that needs, if the set can do that quicker.
  ///
  /// - Parameter random: the source that the transform will be handed.
  func sample(at index: Int, for transform: any Transform, using random: RandomSource) throws -> Sample

  /// The label of a sample, without reading its image.
  func label(at index: Int) -> Int?
}

extension Dataset {
  public var isEmpty: Bool { count == 0 }

  public func sample(at index: Int, for transform: any Transform, using random: RandomSource) throws -> Sample {
    try self[index]
  }

  /// The labels of all samples, in order; nil if one has none.
  public var labels: [Int]? {
    var labels: [Int] = []
    labels.reserveCapacity(count)
    for index in 0..<count {
      guard let label = label(at: index) else { return nil }
      labels.append(label)
    }
    return labels
  }
}

/// A set that can give many samples at once, quicker than one by one: it lies in memory as one tensor.
public protocol BatchedDataset: Dataset {
  /// The samples at these places, stacked, in this order.
  func batch(at indices: [Int]) throws -> Batch
}

/// Which part of the data a set is.
public enum Split: String, Sendable, Hashable, CaseIterable, Codable {
  /// What a model learns from.
  case train
  /// What is looked at while it learns, to choose and to stop.
  case validation
  /// What is looked at once, at the end.
  case test
}
