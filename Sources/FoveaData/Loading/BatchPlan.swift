import Torch

/// Everything that an epoch's batches follow from. Any thread can make any batch, at any time, and it is the same.
struct BatchPlan: Sendable {
  let count: Int

  private let loader: DataLoader
  private let epoch: Int
  /// The samples of the epoch, in order.
  private let order: [Int]
  /// What seeds each of them: its index, unless it has come before in this epoch.
  private let keys: [Int]

  init(_ loader: DataLoader, epoch: Int) {
    self.loader = loader
    self.epoch = epoch
    count = loader.count
    order = loader.sampler.indices(epoch: epoch)
    keys = Self.keys(for: order, samples: loader.dataset.count)
  }

  /// A sample that is drawn a second time should not be the same picture again.
  private static func keys(for order: [Int], samples: Int) -> [Int] {
    var times = [Int](repeating: 0, count: samples)
    return order.map { index in
      precondition((0..<samples).contains(index), "the sampler gave \(index), but the set has \(samples) samples")
      defer { times[index] += 1 }
      return index + times[index] * samples
    }
  }

  /// Makes a batch.
  ///
  /// - Parameter isStopped: is asked between samples whether the batch is still wanted.
  func batch(_ number: Int, isStopped: () -> Bool = { false }) throws -> Batch {
    let places = (number * loader.batchSize)..<min((number + 1) * loader.batchSize, order.count)
    var batch: Batch
    if loader.transform == nil, let set = loader.dataset as? any BatchedDataset {
      batch = try set.batch(at: Array(order[places]))
    } else {
      batch = try collated(places, isStopped: isStopped)
    }
    batch.epoch = epoch
    batch.number = number
    guard let transform = loader.batchTransform else { return batch }
    let shard = loader.sampler.shard
    // Apart from the numbers of the samples and of the sampler.
    var random = RandomSource(seed: loader.seed, epoch: epoch, index: -2 - (number * shard.count + shard.rank))
    return try transform(batch, using: &random)
  }

  private func collated(_ places: Range<Int>, isStopped: () -> Bool) throws -> Batch {
    var samples: [Sample] = []
    var skipped: [String] = []
    for place in places {
      if isStopped() { throw CancellationError() }
      do { samples.append(try sample(place)) } catch {
        guard loader.policy == .skip, !places.isEmpty else { throw error }
        skipped.append("\(error)")
        if skipped.count == places.count { throw error }
      }
    }
    var batch = try Batch(collating: samples, loader.collation)
    batch.skipped = skipped
    return batch
  }

  private func sample(_ place: Int) throws -> Sample {
    guard let transform = loader.transform else { return try loader.dataset[order[place]] }
    var random = RandomSource(seed: loader.seed, epoch: epoch, index: keys[place])
    let sample = try loader.dataset.sample(at: order[place], for: transform, using: random)
    return try transform(sample, using: &random)
  }
}
