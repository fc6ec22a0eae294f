import Testing
import Torch

@testable import FoveaData

@Suite("Samplers")
struct SamplerTests {
  @Test("In order, and shuffled by seed and epoch")
  func plain() {
    #expect(SequentialSampler(count: 4).indices(epoch: 5) == [0, 1, 2, 3])
    let random = RandomSampler(count: 100, seed: 1)
    #expect(random.indices(epoch: 0).sorted() == Array(0..<100))
    #expect(random.indices(epoch: 0) == RandomSampler(count: 100, seed: 1).indices(epoch: 0))
    #expect(random.indices(epoch: 0) != random.indices(epoch: 1))
    #expect(random.indices(epoch: 0) != RandomSampler(count: 100, seed: 2).indices(epoch: 0))
  }

  @Test("A shuffle puts every sample at every place equally often")
  func uniform() {
    var times = [[Int]](repeating: [Int](repeating: 0, count: 4), count: 4)
    let sampler = RandomSampler(count: 4, seed: 7)
    for epoch in 0..<4000 {
      for (place, index) in sampler.indices(epoch: epoch).enumerated() { times[place][index] += 1 }
    }
    // 1,000 expected of each; the standard deviation is 27.
    #expect(times.joined().allSatisfy { abs($0 - 1000) < 140 })
  }

  @Test("Weights decide how often a sample comes")
  func weighted() {
    let sampler = WeightedRandomSampler(weights: [0, 1, 3, 0], count: 8000, seed: 1)
    let drawn = sampler.indices(epoch: 0)
    #expect(drawn.count == 8000 && sampler.count == 8000)
    #expect(Set(drawn) == [1, 2])
    // 2,000 expected; the standard deviation is 39.
    #expect(abs(drawn.count { $0 == 1 } - 2000) < 200)
    #expect(drawn != sampler.indices(epoch: 1))
  }

  @Test("Without replacement no sample comes twice, and heavy ones come first")
  func withoutReplacement() {
    let sampler = WeightedRandomSampler(weights: [1, 0, 1, 8], count: 2, replacement: false, seed: 3)
    var withHeavy = 0
    for epoch in 0..<1000 {
      let drawn = sampler.indices(epoch: epoch)
      #expect(Set(drawn).count == 2 && !drawn.contains(1))
      if drawn[0] == 3 { withHeavy += 1 }
    }
    // Drawn first with a probability of 0.8; the standard deviation is 13.
    #expect(abs(withHeavy - 800) < 70)
  }

  @Test("Classes can be balanced")
  func balanced() {
    let labels = [Int](repeating: 0, count: 90) + [Int](repeating: 1, count: 10)
    let sampler = WeightedRandomSampler(balancing: labels, seed: 2)
    let drawn = (0..<20).flatMap { sampler.indices(epoch: $0) }.map { labels[$0] }
    #expect(abs(drawn.count { $0 == 1 } - 1000) < 150)
  }

  @Test("Processes share the samples out", arguments: [1, 2, 3, 4, 7])
  func distributed(count: Int) {
    func shares(dropLast: Bool, shuffle: Bool) -> [[Int]] {
      (0..<count).map { rank in
        DistributedSampler(
          count: 10, shard: Shard(rank: rank, count: count), shuffle: shuffle, dropLast: dropLast, seed: 5
        ).indices(epoch: 2)
      }
    }
    let padded = shares(dropLast: false, shuffle: true)
    #expect(Set(padded.joined()) == Set(0..<10), "nothing is forgotten")
    #expect(Set(padded.map(\.count)) == [(10 + count - 1) / count])
    let dropped = shares(dropLast: true, shuffle: true)
    #expect(Set(dropped.joined()).count == dropped.joined().count, "nothing comes twice")
    #expect(Set(dropped.map(\.count)) == [10 / count])
    #expect(shares(dropLast: false, shuffle: false)[0] == Array(stride(from: 0, to: 10, by: count)))
  }

  @Test("Processes take the batches of a loader in turn")
  func batchesInTurn() throws {
    let alone = DataLoader(NumberSet(count: 26, onRead: { _ in }), batchSize: 4, shuffle: true, dropLast: true, seed: 3)
    let shares = (0..<3).map { alone.share(of: Shard(rank: $0, count: 3)) }
    #expect(shares.map(\.count) == [2, 2, 2], "12 samples a round, the rest is left out")
    let order = alone.sampler.indices(epoch: 1)
    for (rank, share) in shares.enumerated() {
      #expect(share.sampler.shard == Shard(rank: rank, count: 3))
      let own = Array(order[4 * rank..<4 * rank + 4] + order[12 + 4 * rank..<16 + 4 * rank])
      #expect(share.sampler.indices(epoch: 1) == own)
      #expect(share.share(of: Shard(rank: 0, count: 2)).sampler.shard == Shard(rank: rank, count: 3), "once is enough")
    }
    let few = DataLoader(NumberSet(count: 5, onRead: { _ in }), batchSize: 4, dropLast: true)
    let filled = (0..<2).map { few.share(of: Shard(rank: $0, count: 2)).sampler.indices(epoch: 0) }
    #expect(filled == [[0, 1, 2, 3], [4, 0, 1, 2]], "filled up, where nothing would be left")
  }

  @Test("Processes draw different numbers for their batches")
  func shards() throws {
    let values = try (0..<2).map { rank in
      let sampler = DistributedSampler(count: 4, shard: Shard(rank: rank, count: 2), shuffle: false)
      let loader = DataLoader(
        NumberSet(count: 4, onRead: { _ in }), batchSize: 2, sampler: sampler, batchTransform: Gain())
      return try loader.makeIterator().nextBatch()?.values ?? []
    }
    // Sample 2 is second for process 0, sample 3 for process 1: the factors are these values divided by 2 and 3.
    #expect(values[0][1] / 2 != values[1][1] / 3)
  }
}

@Suite("RandomSource")
struct RandomSourceTests {
  @Test("The numbers depend on seed, epoch and index, and on nothing else")
  func keys() {
    func first(_ seed: UInt64, _ epoch: Int, _ index: Int) -> UInt64 {
      var random = RandomSource(seed: seed, epoch: epoch, index: index)
      return random.next()
    }
    var seen: Set<UInt64> = []
    for seed in 0..<8 { for epoch in 0..<8 { for index in -8..<8 { seen.insert(first(UInt64(seed), epoch, index)) } } }
    #expect(seen.count == 8 * 8 * 16)
    #expect(first(1, 2, 3) == first(1, 2, 3))
  }

  @Test("The sequence stays the same in every version")
  func fixed() {
    // xoshiro256++ from the state that SplitMix64 makes of 0, worked out in Python.
    var random = RandomSource(seed: 0)
    #expect((0..<3).map { _ in random.next() } == [0x53175d61490b23df, 0x61da6f3dc380d507, 0x5c0fdf91ec9a7bfc])
  }

  @Test("Numbers are spread evenly")
  func uniform() {
    var random = RandomSource(seed: 5)
    let values = (0..<20_000).map { _ in random.uniform() }
    #expect(values.allSatisfy { (0..<1).contains($0) })
    #expect(abs(values.reduce(0, +) / 20_000 - 0.5) < 0.01)
    #expect(abs(Double(values.count { $0 < 0.1 }) / 20_000 - 0.1) < 0.01)
    #expect((0..<100).allSatisfy { _ in (3..<7).contains(random.integer(in: 3..<7)) })
    #expect((0..<100).allSatisfy { _ in (-1...1).contains(random.uniform(in: -1...1)) })
    #expect(!random.chance(0) && random.chance(1))
  }
}
