import Foundation
import Testing
import Torch

@testable import FoveaData

/// Random choices come from the source alone, and are spread as they should be.
@Suite struct RandomnessTests {
  static let all: [Case<any Transform>] =
    ([
      .imageNetTraining(size: 16), .imageNetEvaluation(size: 16, resize: 20), Resize(.longestEdge(20)),
      RandomCrop(20, padding: 3, fill: 7), RandomHorizontalFlip(), RandomVerticalFlip(), RandomRotation(degrees: 40),
      ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1), RandomBrightnessContrast(probability: 1),
      Grayscale(channels: 3), GaussianBlur(kernelSize: 3), ToFloat(), Normalize(.imageNet), RandomErasing(fill: .noise),
      Cutout(length: 9), RandAugment(operations: 3, magnitude: 20), TrivialAugmentWide(.bilinear),
      RandomApply(Grayscale(channels: 3), probability: 0.5),
    ] as [any Transform]).map { Case($0.description, $0) }

  @Test(arguments: all)
  func theSameSourceGivesTheSameSample(_ test: Case<any Transform>) throws {
    for index in 0..<6 {
      var first = RandomSource(seed: 5, epoch: 1, index: index)
      var second = first
      let a = try test.value(TransformReference.jointSample, using: &first)
      seedAll(UInt64(index))  // the global generators have no say
      let b = try test.value(TransformReference.jointSample, using: &second)
      #expect(difference(a.image, b.image) == 0)
      #expect(a.boxes?.values.array(Float.self) == b.boxes?.values.array(Float.self))
      #expect(first.next() == second.next(), "both drew as often")
    }
  }

  @Test(arguments: all)
  func theSampleThatGoesInIsNotChanged(_ test: Case<any Transform>) throws {
    let sample = TransformReference.jointSample
    for index in 0..<6 {
      var random = RandomSource(seed: 6, epoch: 0, index: index)
      _ = try test.value(sample, using: &random)
    }
    let before = TransformReference.jointSample
    #expect(difference(sample.image, before.image) == 0)
    for part in [\Sample.boxes?.values, \.boxLabels, \.masks, \.keypoints, \.labelMap] {
      let now = try #require(sample[keyPath: part])
      #expect(difference(now, try #require(before[keyPath: part])) == 0)
    }
  }

  @Test func randomResizedCropDrawsAreaAndShape() {
    let image = ImageSize(height: 300, width: 400)
    let crop = RandomResizedCrop(10, scale: 0.1...0.5)
    var random = RandomSource(seed: 1)
    let windows = (0..<4000).map { _ in crop.draw(in: image, using: &random) }
    #expect(windows.allSatisfy { $0.isInside(image) })
    let areas = windows.map { Double($0.size.height * $0.size.width) / 120_000 }
    let shapes = windows.map { log(Double($0.size.width) / Double($0.size.height)) }
    #expect(areas.allSatisfy { 0.095...0.505 ~= $0 })
    #expect(abs(areas.reduce(0, +) / 4000 - 0.3) < 0.006, "even areas")
    #expect(abs(shapes.reduce(0, +) / 4000) < 0.01, "as often wide as tall")
    #expect(shapes.allSatisfy { abs($0) < log(4.0 / 3) + 0.02 })
    // Places are even over what is left: half of them in the first half.
    let early = windows.filter { 2 * $0.top < 300 - $0.size.height }.count
    #expect((1850...2150).contains(early))
  }

  @Test func randomResizedCropOfAStripTakesItsMiddle() {
    var random = RandomSource(seed: 1)
    let strip = RandomResizedCrop(10, scale: 0.9...1).draw(in: ImageSize(height: 10, width: 200), using: &random)
    #expect(strip == CropWindow(top: 0, left: 93, size: ImageSize(height: 10, width: 13)))
    let tower = RandomResizedCrop(10, scale: 0.9...1).draw(in: ImageSize(height: 200, width: 10), using: &random)
    #expect(tower == CropWindow(top: 93, left: 0, size: ImageSize(height: 13, width: 10)))
  }

  @Test func randomCropReachesEveryPlaceEquallyOften() {
    var random = RandomSource(seed: 2)
    var counts: [Int: Int] = [:]
    for _ in 0..<4500 { counts[RandomCrop(32, padding: 4).draw(in: 32, using: &random).top, default: 0] += 1 }
    #expect(counts.keys.sorted() == Array(-4...4))
    #expect(counts.values.allSatisfy { 410...590 ~= $0 })
  }

  @Test func aCropLargerThanTheImageHoldsAllOfIt() throws {
    var random = RandomSource(seed: 2)
    for _ in 0..<20 {
      let window = RandomCrop(40).draw(in: ImageSize(height: 24, width: 64), using: &random)
      #expect(-16...0 ~= window.top && 0...24 ~= window.left)
    }
    let image = Tensor.ones([1, 5, 6])
    #expect(try RandomCrop(9)(Sample(image: image)).image.sum().item(Int.self) == 30)
  }

  @Test func flipsAsOftenAsAsked() throws {
    let sample = Sample(image: ramp([1, 1, 2]))
    var random = RandomSource(seed: 3)
    let flip = RandomHorizontalFlip(probability: 0.3)
    let count = try (0..<2000).filter { _ in try flip(sample, using: &random).image[0, 0, 0].item(Int.self) == 1 }.count
    #expect((530...670).contains(count))
  }

  @Test func alternatingFlipsShowBothSidesInTurn() throws {
    let images = Tensor.cat([Tensor.zeros([300, 1, 2, 1]), Tensor.ones([300, 1, 2, 1])], dim: 3)
    var loader = DataLoader(
      TensorDataset(images: images), batchSize: 100, shuffle: true, batchTransform: AlternatingFlip(), seed: 8)
    let mirrored = try (0..<4).map { epoch in
      loader.epoch = epoch
      var mirrored: Set<Int> = []
      try loader.forEach { batch in
        for (row, index) in batch.indices.enumerated() where batch.images[row, 0, 0, 0].item(Int.self) == 1 {
          mirrored.insert(index)
        }
      }
      return mirrored
    }
    #expect((110...190).contains(mirrored[0].count))
    #expect(mirrored[0].isDisjoint(with: mirrored[1]) && mirrored[0].union(mirrored[1]).count == 300)
    #expect(mirrored[2] == mirrored[0] && mirrored[3] == mirrored[1])
  }

  @Test func erasingDrawsItsArea() {
    let erasing = RandomErasing(probability: 0.5)
    var random = RandomSource(seed: 4)
    let windows = (0..<3000).compactMap { _ in erasing.draw(in: 224, using: &random) }
    #expect((1380...1620).contains(windows.count))
    let areas = windows.map { Double($0.size.height * $0.size.width) / (224 * 224) }
    #expect(areas.allSatisfy { 0.018...0.335 ~= $0 })
    #expect(abs(areas.reduce(0, +) / Double(areas.count) - 0.175) < 0.01)
    #expect(windows.allSatisfy { $0.isInside(224) })
  }

  @Test func policiesChooseAllOperationsEquallyOften() {
    var random = RandomSource(seed: 5)
    var counts: [AugmentationOperation: Int] = [:]
    for _ in 0..<7000 { counts[.draw(using: &random), default: 0] += 1 }
    #expect(counts.count == 14)
    #expect(counts.values.allSatisfy { 410...590 ~= $0 })
  }

  @Test func betaHasItsMoments() {
    var random = RandomSource(seed: 6)
    for alpha in [0.2, 1, 4] {
      let numbers = (0..<20_000).map { _ in random.beta(alpha) }
      let mean = numbers.reduce(0, +) / 20_000
      let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
      #expect(numbers.allSatisfy { 0...1 ~= $0 })
      #expect(abs(mean - 0.5) < 0.01)
      // Of Beta(a, a): 1 / (4 (2a + 1)).
      #expect(abs(variance - 1 / (4 * (2 * alpha + 1))) < 0.006)
    }
    #expect([0.0, 1.0].contains(random.beta(1e-9)))
  }
}
