import Foundation
import Testing
import Torch

@testable import FoveaData

/// torchvision's values; see `Tests/Reference/detection_transforms.py`.
@Suite("Transforms for detection")
struct DetectionTransformTests {
  struct Reference: Decodable {
    struct Distortion: Decodable {
      let brightness, contrast, saturation, hue: Double?
      let first: Bool
      let channels: [Int]?
      let image: TransformReference.Packed
    }
    struct Crop: Decodable {
      let window, kept: [Int]
      let boxes: TransformReference.Packed
      let overlap: Double
    }
    let distort: [Distortion]
    let crops: [Crop]
    let sizes: [[Int]]

    static let shared = try? JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: fixture("detection-transforms.json")))
  }

  let sample = TransformReference.jointSample

  @Test("Photometric distortion is torchvision's, level by level")
  func distortion() throws {
    let cases = try #require(Reference.shared).distort
    for test in cases {
      let draw = RandomPhotometricDistort.Draw(
        brightness: test.brightness, contrast: test.contrast, changesContrastFirst: test.first,
        saturation: test.saturation, hue: test.hue, channels: test.channels)
      // Hue goes through float32 and back, where a level may fall to either side.
      #expect(difference(draw(sample.image), test.image.tensor) <= (test.hue == nil ? 0 : 1))
    }
    #expect(cases.count == 4)
  }

  @Test("Distortion leaves some images alone and changes others, in every way")
  func distortionDraws() {
    var random = RandomSource(seed: 3)
    let draws = (0..<400).map { _ in RandomPhotometricDistort().draw(channels: 3, using: &random) }
    for part in [\RandomPhotometricDistort.Draw.brightness, \.contrast, \.saturation, \.hue] {
      #expect((150...250).contains(draws.count { $0[keyPath: part] != nil }))
    }
    #expect((150...250).contains(draws.count { $0.changesContrastFirst }))
    #expect(Set(draws.compactMap(\.channels)).count == 6)
    #expect(draws.compactMap(\.contrast).allSatisfy { 0.5...1.5 ~= $0 })
  }

  @Test("A crop keeps the boxes that torchvision's keeps, clipped alike")
  func crops() throws {
    let sides = try #require(sample.boxes).values.to(.float64).array(Double.self)
    for test in try #require(Reference.shared).crops {
      let window = CropWindow(
        top: test.window[0], left: test.window[1], size: ImageSize(height: test.window[2], width: test.window[3]))
      let kept = window.boxesWithCenterInside(sides)
      #expect(kept == test.kept)
      let cropped = sample.keepingObjects(at: Tensor(kept)).cropped(to: window)
      #expect(difference(try #require(cropped.boxes).values, test.boxes.tensor) < 1e-4)
      #expect(cropped.boxLabels?.array(Int.self) == test.kept.map { $0 + 11 })
      let best = kept.map { window.overlap(with: sides[4 * $0..<4 * $0 + 4]) }.max() ?? -1
      #expect(abs(best - test.overlap) < 1e-6)
    }
  }

  @Test("A drawn crop overlaps an object by as much as was asked", arguments: [0.1, 0.3, 0.5])
  func cropDraws(least: Double) throws {
    let crop = RandomIoUCrop(overlaps: [least])
    let sides = try #require(sample.boxes).values.to(.float64).array(Double.self)
    var random = RandomSource(seed: 8)
    var found = 0
    for _ in 0..<60 {
      guard let window = crop.draw(in: sample.size, boxes: sides, using: &random) else { continue }
      found += 1
      #expect(window.isInside(sample.size))
      #expect(0.5...2 ~= Double(window.size.width) / Double(window.size.height))
      let best = window.boxesWithCenterInside(sides).map { window.overlap(with: sides[4 * $0..<4 * $0 + 4]) }.max()
      #expect(try #require(best) >= least)
    }
    #expect(found > 20)
    #expect(RandomIoUCrop(overlaps: [1]).draw(in: sample.size, boxes: sides, using: &random) == nil)
  }

  @Test("A box-safe crop keeps every box whole")
  func boxSafe() throws {
    let boxes = Boxes<XYXY>(Tensor([6.5, 5, 12, 11, 20, 9, 25.5, 17.2] as [Float], shape: [2, 4]))
    let sample = Sample(image: TransformReference.image, boxes: boxes, boxLabels: Tensor([1, 2] as [Int]))
    var random = RandomSource(seed: 4)
    var sizes: Set<ImageSize> = []
    for _ in 0..<60 {
      let cropped = BoxSafeRandomCrop()(sample, using: &random)
      sizes.insert(cropped.size)
      #expect(difference(try #require(cropped.boxes).areas, boxes.areas) < 1e-4)
      #expect(cropped.size.width >= 20 && cropped.size.height >= 13)
    }
    #expect(sizes.count > 20)
    let alone = Sample(image: TransformReference.image, boxes: .empty)
    #expect(BoxSafeRandomCrop()(alone, using: &random).size == alone.size)
  }

  @Test("Zooming out puts the image, untouched, on a larger one")
  func zoomOut() throws {
    var random = RandomSource(seed: 5)
    for _ in 0..<20 {
      let zoomed = RandomZoomOut(scale: 1...3, probability: 1, fill: 9)(sample, using: &random)
      let (size, boxes) = (zoomed.size, try #require(zoomed.boxes).values)
      #expect(24...72 ~= size.height && 32...96 ~= size.width)
      let before = try #require(sample.boxes).values
      let moved = (boxes - before)[0].array(Float.self)
      #expect(moved[0] == moved[2] && moved[1] == moved[3])
      let (left, top) = (Int(moved[0]), Int(moved[1]))
      let part = zoomed.image[0..., top..<top + 24, left..<left + 32]
      #expect(difference(part, sample.image) == 0)
      let border = zoomed.image.sum().item(Int.self) - sample.image.sum().item(Int.self)
      #expect(border == 9 * 3 * (size.height * size.width - 24 * 32))
    }
  }

  @Test("Sizes are torchvision's, and all are drawn")
  func multiScale() throws {
    for row in try #require(Reference.shared).sizes {
      let target = Resize.Target.shortestEdge(row[2], longestAtMost: 1333)
      #expect(target.size(for: ImageSize(height: row[0], width: row[1])) == ImageSize(height: row[3], width: row[4]))
    }
    let resize = MultiScaleResize(shortestEdges: stride(from: 12, through: 24, by: 4), longestAtMost: 30)
    var random = RandomSource(seed: 2)
    let widths = Set((0..<60).map { _ in resize(sample, using: &random).size.width })
    #expect(widths == [16, 21, 26, 30])
  }
}
