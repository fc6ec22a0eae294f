import Foundation

/// Decides which samples an epoch has, and in which order.
///
/// The order depends on the seed and the epoch alone, so that a run which stops can go on in the middle of an epoch.
public protocol Sampler: Sendable {
  /// The number of samples an epoch.
  var count: Int { get }

  /// The places of the samples of an epoch, in order.
  func indices(epoch: Int) -> [Int]

  /// Which share of the data this process takes.
  var shard: Shard { get }
}

extension Sampler {
  public var shard: Shard { Shard(rank: 0, count: 1) }
}

/// One process of several that train together on parts of the data.
public struct Shard: Sendable, Hashable {
  /// Which process, from 0.
  public let rank: Int
  /// How many there are.
  public let count: Int

  /// - Precondition: `rank` is in `0..<count`.
  public init(rank: Int, count: Int) {
    precondition((0..<count).contains(rank), "process \(rank) of \(count)")
    self.rank = rank
    self.count = count
  }
}

/// Every sample once, in the order of the set.
public struct SequentialSampler: Sampler {
  public let count: Int

  public init(count: Int) { self.count = count }

  public func indices(epoch: Int) -> [Int] { Array(0..<count) }
}

/// Every sample once, in an order that each epoch draws anew.
public struct RandomSampler: Sampler {
  public let count: Int
  private let seed: UInt64

  public init(count: Int, seed: UInt64 = 0) {
    self.count = count
    self.seed = seed
  }

  public func indices(epoch: Int) -> [Int] {
    var random = RandomSource(seed: seed, epoch: epoch, index: Self.stream)
    return (0..<count).shuffled(using: &random)
  }

  /// Apart from the numbers of the samples, which count from 0.
  static let stream = -1
}

/// Samples drawn by weight: a sample of twice the weight comes twice as often.
public struct WeightedRandomSampler: Sampler {
  public let count: Int
  private let weights: [Double]
  private let replaces: Bool
  private let seed: UInt64

  /// - Parameters:
  ///   - weights: one a sample, finite and at least 0; their sum need not be 1.
  ///   - count: how many are drawn an epoch; nil for as many as there are weights.
  ///   - replacement: whether a sample may come more than once an epoch.
  ///
  /// - Precondition: there are enough samples with a weight above 0: one, or `count` of them without replacement.
  public init(weights: [Double], count: Int? = nil, replacement: Bool = true, seed: UInt64 = 0) {
    let possible = weights.count { $0 > 0 }
    precondition(weights.allSatisfy { $0 >= 0 && $0.isFinite }, "a sampler's weights must be finite and at least 0")
    precondition(
      possible >= (replacement ? 1 : count ?? weights.count), "only \(possible) samples have a weight above 0")
    self.weights = weights
    self.count = count ?? weights.count
    self.replaces = replacement
    self.seed = seed
  }

  /// Draws every class equally often, however many samples it has.
  public init(balancing labels: [Int], seed: UInt64 = 0) {
    let sizes = Dictionary(labels.map { ($0, 1.0) }, uniquingKeysWith: +)
    self.init(weights: labels.map { 1 / sizes[$0, default: 1] }, seed: seed)
  }

  public func indices(epoch: Int) -> [Int] {
    var random = RandomSource(seed: seed, epoch: epoch, index: RandomSampler.stream)
    return replaces ? drawn(using: &random) : ranked(using: &random)
  }

  private func drawn(using random: inout RandomSource) -> [Int] {
    var sums: [Double] = []
    sums.reserveCapacity(weights.count)
    for weight in weights { sums.append((sums.last ?? 0) + weight) }
    let total = sums.last ?? 0
    return (0..<count).map { _ in firstPlace(in: sums, above: random.uniform() * total) }
  }

  /// Where a sum first exceeds the value, by halving. A sample without weight never is that place.
  private func firstPlace(in sums: [Double], above value: Double) -> Int {
    var low = 0
    var high = sums.count - 1
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > value { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The largest of `u^(1/weight)` (Efraimidis and Spirakis, 2006).
  private func ranked(using random: inout RandomSource) -> [Int] {
    var keys: [(key: Double, index: Int)] = []
    for (index, weight) in weights.enumerated() where weight > 0 {
      keys.append((log(1 - random.uniform()) / weight, index))
    }
    return keys.sorted { ($0.key, $1.index) > ($1.key, $0.index) }.prefix(count).map(\.index)
  }
}

/// The share of one process of several: together they see every sample once an epoch.
///
/// Blocks of samples are dealt out in turn. Where a block is a batch, what all processes learn from in a step is what one
/// process would with a batch as large as theirs together; and an order that makes batches (of similar shapes, of the
/// photographs of a few people) still makes them.
public struct DistributedSampler: Sampler {
  public let shard: Shard
  private let order: any Sampler
  private let block: Int
  private let dropsLast: Bool

  /// - Parameters:
  ///   - order: the samples of all processes, the same in each.
  ///   - block: how many samples in a row go to one process.
  ///   - dropLast: what happens when the samples cannot be shared out evenly: a few are left out, or else a few come twice.
  public init(_ order: any Sampler, shard: Shard, block: Int = 1, dropLast: Bool = false) {
    precondition(order.count > 0 || dropLast, "no samples to share out")
    precondition(block > 0, "blocks of \(block) samples")
    self.shard = shard
    self.order = order
    self.block = block
    dropsLast = dropLast
  }

  /// - Parameters:
  ///   - count: the number of samples of the set.
  ///   - dropLast: what happens when the samples cannot be shared out evenly: a few are left out, or else a few come twice.
  public init(count: Int, shard: Shard, shuffle: Bool = true, dropLast: Bool = false, seed: UInt64 = 0) {
    let order: any Sampler = shuffle ? RandomSampler(count: count, seed: seed) : SequentialSampler(count: count)
    self.init(order, shard: shard, dropLast: dropLast)
  }

  public var count: Int {
    let round = shard.count * block
    return (dropsLast ? order.count / round : (order.count + round - 1) / round) * block
  }

  public func indices(epoch: Int) -> [Int] {
    let all = order.indices(epoch: epoch)
    return (0..<count).map { place in
      let (round, offset) = place.quotientAndRemainder(dividingBy: block)
      return all[((round * shard.count + shard.rank) * block + offset) % all.count]
    }
  }
}
