import Foundation
import Testing

@testable import FoveaImaging

/// Files that were cut and changed at random: each gives an image or an ``ImageError``, never a crash.
@Suite struct FuzzTests {
  private static let files = Expectation.names + ["animated.webp"]

  /// Decodes twice: pixels that nobody wrote would differ. The limit keeps a lying header from costing time.
  private func decode(_ data: Data) {
    for mode in [Image.Mode.rgb, .unchanged] {
      let images = (0..<2).map { _ in try? Image(decoding: data, mode: mode, pixelLimit: 20_000) { _ in (8, 8) } }
      #expect(images[0] == images[1])
    }
  }

  @Test(arguments: files) func truncation(name: String) throws {
    let data = try Data(contentsOf: fixture(name))
    let spread = Array(stride(from: 0, to: data.count, by: max(1, data.count / 40)))
    let cuts = Set(Array(0..<min(64, data.count)) + spread)
    for cut in cuts { decode(data.prefix(cut)) }
  }

  @Test(arguments: files) func mutation(name: String) throws {
    let data = try Data(contentsOf: fixture(name))
    var random = SeededGenerator(state: UInt64(data.count))
    for round in 0..<60 {
      var mutant = data
      for _ in 0...round % 6 {
        // Every other change falls on the headers, which decide most.
        let range = Bool.random(using: &random) ? 0..<min(64, mutant.count) : 0..<mutant.count
        let position = Int.random(in: range, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: mutant[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: mutant[position] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &random)!
        case 2: mutant.insert(UInt8.random(in: 0...255, using: &random), at: position)
        default: if mutant.count > 1 { mutant.remove(at: position) }
        }
      }
      decode(mutant)
    }
  }

  @Test func mutatedPNGsWithRightChecksums() throws {
    // A wrong checksum stops libpng early; with right ones, what lies behind is reached.
    let data = try Data(contentsOf: fixture("palette-transparent.png"))
    var random = SeededGenerator(state: 7)
    for _ in 0..<300 {
      var chunks: [(name: Data, content: Data)] = []
      var offset = 8
      while offset < data.count {
        let length = data[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
        chunks.append((data[offset + 4..<offset + 8], data[offset + 8..<offset + 8 + length]))
        offset += 12 + length
      }
      let index = Int.random(in: chunks.indices, using: &random)
      var content = Data(chunks[index].content)
      if let position = content.indices.randomElement(using: &random) {
        content[position] = UInt8.random(in: 0...255, using: &random)
      }
      chunks[index].content = content
      if Bool.random(using: &random) { chunks.swapAt(index, Int.random(in: chunks.indices, using: &random)) }
      decode(data.prefix(8) + chunks.reduce(Data()) { $0 + png(chunk: $1.name + $1.content) })
    }
  }

  private func png(chunk: Data) -> Data {
    var checksum: UInt32 = 0xFFFF_FFFF
    for byte in chunk {
      checksum ^= UInt32(byte)
      for _ in 0..<8 { checksum = checksum & 1 == 0 ? checksum >> 1 : checksum >> 1 ^ 0xEDB8_8320 }
    }
    return bigEndian(UInt32(chunk.count - 4)) + chunk + bigEndian(~checksum)
  }

  private func bigEndian(_ value: UInt32) -> Data { withUnsafeBytes(of: value.bigEndian) { Data($0) } }
}
