import Torch

/// A set that lies in memory: all images in one tensor, a whole batch in one copy.
public struct TensorDataset: BatchedDataset {
  /// `[N, C, H, W]`, `uint8`.
  public let images: Tensor
  /// The class of each image; nil for a set without.
  public let labels: [Int]?
  public let classNames: [String]
  public let split: Split
  /// What messages call the set.
  public let name: String

  /// The paths of the files that the images came from; empty for sets that are published as one file.
  let sources: [String]

  /// A set of images in memory.
  ///
  /// - Parameters:
  ///   - images: `[N, C, H, W]`.
  ///   - labels: in `0..<classNames.count`, one an image.
  ///
  /// - Precondition: there are as many labels as images, and each has a name.
  public init(
    images: Tensor, labels: [Int]? = nil, classNames: [String] = [], split: Split = .train, name: String = "images"
  ) {
    self.init(images: images, labels: labels, classNames: classNames, split: split, name: name, sources: [])
  }

  init(
    images: Tensor, labels: [Int]?, classNames: [String], split: Split, name: String, sources: [String]
  ) {
    precondition(images.rank == 4, "images of shape \(images.shape); they must be [N, C, H, W]")
    if let labels {
      precondition(labels.count == images.shape[0], "\(labels.count) labels for \(images.shape[0]) images")
      precondition(labels.allSatisfy(classNames.indices.contains), "a label that has no class name")
    }
    self.images = images.contiguous()
    self.labels = labels
    self.classNames = classNames
    self.split = split
    self.name = name
    self.sources = sources
  }

  public var count: Int { images.shape[0] }

  public func label(at index: Int) -> Int? { labels?[index] }

  public subscript(index: Int) -> Sample {
    get throws {
      precondition((0..<count).contains(index), "sample \(index) of \(name), which has \(count)")
      let source = sources.isEmpty ? "\(name) \(split.rawValue) image \(index)" : sources[index]
      // A copy, so that whoever changes the sample in place does not change the set.
      return Sample(image: images[index].clone(), label: labels?[index], index: index, name: source)
    }
  }

  public func batch(at indices: [Int]) -> Batch {
    Batch(
      images: images.indexSelect(dim: 0, Tensor(indices)),
      labels: labels.map { labels in Tensor(indices.map { labels[$0] }) },
      indices: indices)
  }
}
