import Foundation
import Torch

extension ChannelStatistics {
  /// Measures the mean and the standard deviation (of the population) of each channel over all pixels of a set.
  ///
  /// `uint8` images are summed up exactly, so neither the order nor the number of threads changes a digit.
  ///
  /// - Parameters:
  ///   - limit: the most images to look at, spread evenly over the set; nil for all.
  ///   - policy: whether images that cannot be read are left out.
  /// - Throws: why an image cannot be read, or ``DatasetError`` if there are none or their channels differ.
  public init(
    of dataset: any Dataset, limit: Int? = nil, threads: Int = 2,
    onBrokenSample policy: DataLoader.BrokenSamplePolicy = .stop
  ) throws {
    let looked = min(dataset.count, limit ?? .max)
    guard looked > 0 else { throw DatasetError("the \(dataset.split.rawValue) set", "has no images to average") }
    let places = (0..<looked).map { $0 * dataset.count / looked }
    let sums = Sums()
    let run = 256
    try LoaderThreads.forEach((looked + run - 1) / run, threads: threads) { part in
      let range = (part * run)..<min((part + 1) * run, looked)
      if let set = dataset as? any BatchedDataset {
        try sums.add(try set.batch(at: Array(places[range])).images, name: "image \(places[range.lowerBound])")
      } else {
        for place in range {
          let sample: Sample
          do { sample = try dataset[places[place]] } catch  where policy == .skip { continue }
          try sums.add(sample.image.unsqueeze(0), name: sample.name)
        }
      }
    }
    guard let (mean, deviation) = sums.moments else {
      throw DatasetError("the \(dataset.split.rawValue) set", "has no image that can be read")
    }
    self.init(mean: mean, standardDeviation: deviation)
  }
}

/// Sums over pixels, added to by several threads.
private final class Sums: @unchecked Sendable {
  private let lock = NSLock()
  private var first: [Double] = []
  private var second: [Double] = []
  private var pixels = 0.0

  func add(_ images: Tensor, name: String) throws {
    // Whole numbers in float64 add up exactly to 2^53: ten billion pixels in a channel, and more than fit in one call.
    let scale = images.dtype == .uint8 ? 1.0 : 255.0
    let values = images.to(.float64) * scale
    let sums = values.sum(dims: [0, 2, 3]).array(Double.self)
    let squares = (values * values).sum(dims: [0, 2, 3]).array(Double.self)
    try lock.withLock {
      if first.isEmpty {
        first = [Double](repeating: 0, count: sums.count)
        second = first
      }
      guard sums.count == first.count else {
        throw DatasetError(name, "has \(sums.count) channels, but the images before have \(first.count)")
      }
      for channel in sums.indices {
        first[channel] += sums[channel]
        second[channel] += squares[channel]
      }
      pixels += Double(images.count / sums.count)
    }
  }

  /// Nil where nothing was added.
  var moments: (mean: [Double], deviation: [Double])? {
    guard pixels > 0 else { return nil }
    let means = first.map { $0 / pixels }
    let deviations = zip(second, means).map { sum, mean in max(sum / pixels - mean * mean, 0).squareRoot() / 255 }
    return (means.map { $0 / 255 }, deviations)
  }
}
