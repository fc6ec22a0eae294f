import Foundation

/// Every sample once, batches of images of similar shape: less of a padded batch is padding.
///
/// Shapes are grouped as in torchvision's references: by the width over the height, with bounds spread evenly on a
/// logarithmic scale from 1/2 to 2. Only the last batches, of what is left of each group, may mix shapes; no sample comes
/// twice. The loader must have the same batch size.
public struct AspectRatioSampler: Sampler {
  public let count: Int
  private let groups: [Int]
  private let batchSize: Int
  private let shuffles: Bool
  private let seed: UInt64

  /// - Parameters:
  ///   - ratios: the width over the height of each image.
  ///   - steps: how many groups there are from a square to twice as wide; as many from a square to twice as high.
  ///   - shuffle: a new order each epoch, of samples and of batches.
  public init(ratios: [Double], batchSize: Int, steps: Int = 3, shuffle: Bool = true, seed: UInt64 = 0) {
    precondition(batchSize > 0 && steps > 0, "batches of \(batchSize) in \(steps) steps of shapes")
    count = ratios.count
    let bounds = (-steps...steps).map { Foundation.pow(2, Double($0) / Double(steps)) }
    groups = ratios.map { ratio in bounds.count { $0 <= ratio } }
    self.batchSize = batchSize
    shuffles = shuffle
    self.seed = seed
  }

  /// Groups the images of a set by the sizes that are known of them; an image of unknown size counts as a square.
  public init(of dataset: some AnnotatedDataset, batchSize: Int, shuffle: Bool = true, seed: UInt64 = 0) {
    let ratios = (0..<dataset.count).map { dataset.annotation(at: $0).aspectRatio ?? 1 }
    self.init(ratios: ratios, batchSize: batchSize, shuffle: shuffle, seed: seed)
  }

  public func indices(epoch: Int) -> [Int] {
    var random = RandomSource(seed: seed, epoch: epoch, index: RandomSampler.stream)
    let order = shuffles ? Array(0..<count).shuffled(using: &random) : Array(0..<count)
    var waiting: [Int: [Int]] = [:]
    var batches: [[Int]] = []
    for index in order {
      waiting[groups[index], default: []].append(index)
      if let batch = waiting[groups[index]], batch.count == batchSize {
        batches.append(batch)
        waiting[groups[index]] = nil
      }
    }
    if shuffles { batches.shuffle(using: &random) }
    return batches.flatMap { $0 } + waiting.keys.sorted().flatMap { waiting[$0, default: []] }
  }
}
