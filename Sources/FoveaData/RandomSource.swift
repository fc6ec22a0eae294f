import Torch

/// Random numbers that depend on nothing but what it was seeded with: the draws of one sample, or of one batch.
///
/// Seeded by (seed, epoch, index), every sample has numbers of its own, so the number of loader threads and the order in
/// which they work change nothing. The sequence is xoshiro256++ (Blackman and Vigna, 2019), started by SplitMix64.
public struct RandomSource: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// The numbers of one seed.
  public init(seed: UInt64) {
    let step = UInt64.goldenRatio
    state = (seed.mixed, (seed &+ step).mixed, (seed &+ 2 &* step).mixed, (seed &+ 3 &* step).mixed)
  }

  /// The numbers of one sample in one epoch.
  public init(seed: UInt64, epoch: Int, index: Int) {
    var key = seed.mixed
    key = (key ^ UInt64(bitPattern: Int64(epoch))).mixed
    key = (key ^ UInt64(bitPattern: Int64(index))).mixed
    self.init(seed: key)
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let result = (state.0 &+ state.3).rotated(by: 23) &+ state.0
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = state.3.rotated(by: 45)
    return result
  }

  /// A number in 0..<1, evenly.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number in a range, evenly.
  public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A whole number in a range, evenly.
  public mutating func integer(in range: Range<Int>) -> Int { Int.random(in: range, using: &self) }

  /// True with this probability.
  public mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// A generator for operators that draw whole tensors, started from the next number of this source.
  public mutating func generator(on device: Device = .cpu) -> Generator { Generator(seed: next(), device: device) }
}

extension UInt64 {
  /// The bits spread over the whole word: one step of SplitMix64 (Steele, Lea and Flood, 2014).
  fileprivate var mixed: UInt64 {
    var bits = self &+ UInt64.goldenRatio
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  fileprivate static let goldenRatio: UInt64 = 0x9E37_79B9_7F4A_7C15

  fileprivate func rotated(by count: UInt64) -> UInt64 { (self << count) | (self >> (64 - count)) }
}
