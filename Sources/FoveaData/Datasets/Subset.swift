import Torch

/// Some samples of another set, in an order of its own.
///
/// The samples are numbered anew, from 0.
public struct Subset<Base: Dataset>: Dataset {
  /// The set that the samples come from.
  public let base: Base
  /// Where each sample stands in `base`.
  public let indices: [Int]
  public let split: Split

  /// - Precondition: every index is one of `base`.
  init(of base: Base, indices: [Int], split: Split? = nil) {
    let count = base.count
    precondition(indices.allSatisfy { (0..<count).contains($0) }, "a subset of samples that are not there")
    self.base = base
    self.indices = indices
    self.split = split ?? base.split
  }

  public var count: Int { indices.count }
  public var classNames: [String] { base.classNames }

  public func label(at index: Int) -> Int? { base.label(at: indices[index]) }

  public subscript(index: Int) -> Sample {
    get throws {
      var sample = try base[indices[index]]
      sample.index = index
      return sample
    }
  }

  public func sample(at index: Int, for transform: any Transform, using random: RandomSource) throws -> Sample {
    var sample = try base.sample(at: indices[index], for: transform, using: random)
    sample.index = index
    return sample
  }
}

extension Subset: BatchedDataset where Base: BatchedDataset {
  public func batch(at places: [Int]) throws -> Batch {
    var batch = try base.batch(at: places.map { indices[$0] })
    batch.indices = places
    return batch
  }
}

extension Dataset {
  /// The samples at these places, in this order.
  public func subset(_ indices: some Sequence<Int>, split: Split? = nil) -> any Dataset {
    Subset(of: self, indices: Array(indices), split: split)
  }

  /// Divides the set at random, always alike for a seed: the rest, and a part that is held out.
  ///
  /// Each class is divided in the same proportion, as nearly as whole samples allow. Both parts keep the order of the set.
  ///
  /// - Parameters:
  ///   - fraction: how much is held out, in 0...1; 0.1 of 50,000 samples are 5,000.
  ///   - split: what the part that is held out is for.
  public func holdingOut(
    _ fraction: Double, seed: UInt64 = 0, as split: Split = .validation
  ) -> (rest: any Dataset, heldOut: any Dataset) {
    precondition((0...1).contains(fraction), "a fraction of \(fraction); it must be in 0...1")
    let chosen = Set(spreadOverClasses(seed: seed).prefix(Int((fraction * Double(count)).rounded())))
    return (
      subset((0..<count).filter { !chosen.contains($0) }),
      subset((0..<count).filter(chosen.contains), split: split)
    )
  }

  /// All places in a random order in which every beginning has the classes in proportion.
  private func spreadOverClasses(seed: UInt64) -> [Int] {
    var random = RandomSource(seed: seed)
    var places: [Int?: [Int]] = [:]
    for index in 0..<count { places[label(at: index), default: []].append(index) }
    var ranked: [(rank: Double, index: Int)] = []
    for label in places.keys.sorted(by: { ($0 ?? -1) < ($1 ?? -1) }) {
      let members = places[label, default: []].shuffled(using: &random)
      let step = 1 / Double(members.count)
      // A start of its own for each class, or small classes would all be taken, or left, together.
      let start = random.uniform()
      for (position, index) in members.enumerated() { ranked.append(((Double(position) + start) * step, index)) }
    }
    return ranked.sorted { ($0.rank, $0.index) < ($1.rank, $1.index) }.map(\.index)
  }
}
