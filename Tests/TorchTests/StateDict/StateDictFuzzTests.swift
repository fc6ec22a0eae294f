import Foundation
import Testing

@testable import Torch

/// Damages sound files at random: reading one must end in a state dict or a ``StateDictError``, never in a crash.
@Suite struct StateDictFuzzTests {
  /// How often each file is damaged; more with `FOVEA_FUZZ_ROUNDS`.
  static let rounds = ProcessInfo.processInfo.environment["FOVEA_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 60

  @Test(arguments: [
    "reference.safetensors", "zip.pth", "legacy.pth", "checkpoint.pth", "legacy-protocol4.pth", "rezipped.pth",
    "zip64.pth",
  ])
  func damagedFilesAreErrors(file: String) throws {
    let sound = [UInt8](try Data(contentsOf: StateDictFixtures.url(file)))
    try StateDictFixtures.withFolder { folder in
      let url = folder.appending(path: file)
      var failures = 0
      for round in 0..<Self.rounds {
        var random = SplitMix64(state: UInt64(round) &* 0x5851_f42d_4c95_7f2d)
        try Data(damaged(sound, &random)).write(to: url)
        do {
          for (_, tensor) in try StateDict(contentsOf: url) { _ = tensor.to(.float64).sum().item(Double.self) }
        } catch {
          #expect(error is StateDictError, "round \(round): \(error)")
          failures += 1
        }
      }
      #expect(failures > Self.rounds / 10)
    }
  }

  private func damaged(_ sound: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = sound
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let place = bytes.indices.randomElement(using: &random) ?? 0
      let end = min(bytes.count, place + Int.random(in: 1...16, using: &random))
      switch Int.random(in: 0..<7, using: &random) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[place] = .random(in: .min ... .max, using: &random)
      case 2: bytes.replaceSubrange(place..<end, with: [UInt8](repeating: 0xff, count: end - place))
      case 3: bytes.replaceSubrange(place..<end, with: [UInt8](repeating: 0, count: end - place))
      case 4: bytes.removeSubrange(place..<end)
      case 5: bytes.insert(contentsOf: bytes[place..<end], at: place)
      default: replaceNumber(in: &bytes, &random)
      }
      if bytes.isEmpty { return [0] }
    }
    return Int.random(in: 0..<8, using: &random) == 0
      ? Array(bytes.prefix(.random(in: 1...bytes.count, using: &random))) : bytes
  }

  /// Another number in place of a run of digits, as in a safetensors header.
  private func replaceNumber(in bytes: inout [UInt8], _ random: inout SplitMix64) {
    let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    guard let start = bytes.indices.filter({ isDigit(bytes[$0]) }).randomElement(using: &random) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.endIndex
    let numbers = [
      "0", "-1", "1", "7", "48", "4294967296", "9223372036854775807", "99999999999999999999", "1e3", "\"1\"",
    ]
    bytes.replaceSubrange(start..<end, with: Array((numbers.randomElement(using: &random) ?? "0").utf8))
  }
}

/// A generator of random numbers that gives the same for the same seed everywhere.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
