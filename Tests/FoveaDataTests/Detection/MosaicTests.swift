import Testing
import Torch

@testable import FoveaData

@Suite("Mosaic")
struct MosaicTests {
  /// An image full of one number, with two boxes: all of it, and its top left pixel.
  private func sample(_ value: Int, height: Int, width: Int) -> Sample {
    let boxes: [Float] = [0, 0, Float(width), Float(height), 0, 0, 2, 2]
    return Sample(
      image: Tensor.full([3, height, width], .int(value), dtype: .uint8), boxes: Boxes(Tensor(boxes, shape: [2, 4])),
      boxLabels: Tensor([value, value + 1]), masks: Tensor.ones([2, height, width], dtype: .uint8),
      keypoints: Tensor([1, 1, 2, 0, 0, 0] as [Float], shape: [2, 1, 3]), index: value, name: "\(value)")
  }

  @Test("Four images meet in a point, with all that is in them")
  func values() throws {
    let samples = [
      sample(10, height: 16, width: 16), sample(20, height: 8, width: 16), sample(30, height: 16, width: 4),
      sample(40, height: 16, width: 16),
    ]
    let mosaic = Mosaic(of: NoSamples(), size: 16).joined(samples, x: 6, y: 10)
    #expect(mosaic.size == 16)
    // 10 fills the top left; 20 ends 8 rows above the point; 30 is 4 wide, left of it; 40 begins in it.
    let rows = mosaic.image[0]
    #expect(rows[0].array(Int.self) == Array(repeating: 10, count: 6) + Array(repeating: 114, count: 10))
    #expect(rows[2].array(Int.self) == Array(repeating: 10, count: 6) + Array(repeating: 20, count: 10))
    #expect(rows[10].array(Int.self) == [114, 114, 30, 30, 30, 30] + Array(repeating: 40, count: 10))
    // The small boxes of 10 and 30 are cut off or not, as their images are; that of 20 begins at the point's column.
    let expected: [Float] = [
      0, 0, 6, 10, 6, 2, 16, 10, 6, 2, 8, 4, 2, 10, 6, 16, 2, 10, 4, 12, 6, 10, 16, 16, 6, 10, 8, 12,
    ]
    #expect(sides(mosaic) == expected)
    #expect(mosaic.boxLabels?.array(Int.self) == [10, 20, 21, 30, 31, 40, 41])
    let masks = try #require(mosaic.masks)
    #expect(masks.shape == [7, 16, 16])
    #expect(masks.sum(dims: [1, 2]).array(Int.self) == [60, 80, 80, 24, 24, 60, 60])
    let points = try #require(mosaic.keypoints).reshape(-1, 3)
    #expect(points[1].array(Float.self) == [7, 3, 2])
    #expect(points[2].array(Float.self) == [0, 0, 0])
  }

  @Test("Objects of which hardly anything is left are dropped")
  func visible() {
    let samples = [10, 20, 30, 40].map { sample($0, height: 16, width: 16) }
    let some = Mosaic(of: NoSamples(), size: 16, leastVisible: 0.5).joined(samples, x: 4, y: 4)
    // Whole images lose all but a part; of 40, 9 / 16 are left.
    #expect(some.boxLabels?.array(Int.self) == [40, 41])
  }

  @Test("The others come from the set, alike for a source")
  func draws() throws {
    let set = NumberSet(count: 12)
    let mosaic = Mosaic(of: set, size: 8)
    func made(_ seed: UInt64) throws -> [Float] {
      var random = RandomSource(seed: seed)
      return try mosaic(set[3], using: &random).image.flatten().array()
    }
    #expect(try made(1) == made(1))
    #expect(try made(1) != made(2))
    #expect(try Set(made(1)).contains(3))
    #expect(throws: TransformError.self) { try mosaic(sample(1, height: 4, width: 4)) }
    var random = RandomSource(seed: 1)
    #expect(try Mosaic(of: set, size: 8, probability: 0)(set[3], using: &random).size == 2)
  }
}

/// A set without samples.
private struct NoSamples: Dataset {
  let count = 0
  let classNames: [String] = []
  let split = Split.train
  func label(at index: Int) -> Int? { nil }
  subscript(index: Int) -> Sample {
    get throws { throw Unreadable(index: index) }
  }
}

@Suite("Aspect-ratio grouping")
struct AspectRatioTests {
  private let ratios = (0..<60).map { [0.75, 1.0, 1.33, 1.78][$0 * 7 % 4] }

  @Test("Full batches are of one shape; every sample comes once", arguments: [1, 4, 7])
  func groups(batchSize: Int) {
    let sampler = AspectRatioSampler(ratios: ratios, batchSize: batchSize, seed: 3)
    let order = sampler.indices(epoch: 1)
    #expect(order.sorted() == Array(0..<60))
    let full = (ratios.reduce(into: [Double: Int]()) { $0[$1, default: 0] += 1 }).values.reduce(0) {
      $0 + $1 / batchSize
    }
    for batch in 0..<full {
      #expect(Set(order[batch * batchSize..<(batch + 1) * batchSize].map { ratios[$0] }).count == 1)
    }
    #expect(sampler.indices(epoch: 1) == order)
    #expect(sampler.indices(epoch: 2) != order)
  }

  @Test("The groups are torchvision's: bounds at powers of two, thirds between them")
  func bounds() {
    // The bounds are 0.5, 0.63, 0.79, 1, 1.26, 1.59 and 2; an image on a bound belongs above it.
    let ratios = [0.49, 0.5, 0.62, 0.64, 0.99, 1, 1.25, 1.27, 1.99, 2, 9]
    let order = AspectRatioSampler(ratios: ratios, batchSize: 2, shuffle: false).indices(epoch: 0)
    #expect(order == [1, 2, 5, 6, 9, 10, 0, 3, 4, 7, 8])
  }
}
