import FoveaModels
import Testing
import Torch

@Suite struct DetectionPartTests {
  private let gold = Boxes<XYXY>(Tensor(rows: [[0, 0, 10, 10], [20, 20, 30, 40]]))

  @Test func boxesComeBackFromTheirDifferences() {
    let anchors = Boxes<XYXY>(Tensor(rows: [[1, 2, 9, 12], [15, 22, 33, 35]]))
    for weights in [[1.0, 1, 1, 1], [10, 10, 5, 5]] {
      let coder = BoxCoder(weights: weights)
      let differences = coder.encode(gold, from: anchors)
      #expect(coder.decode(differences, from: anchors).values.agrees(with: gold.values, relative: 1e-5, absolute: 1e-4))
    }
    let centered = BoxCoder().encode(Boxes(Tensor(rows: [[2, 2, 6, 10]])), from: Boxes(Tensor(rows: [[0, 0, 4, 4]])))
    #expect(centered.agrees(with: Tensor(rows: [[0.5, 1, 0, 0.693147]]), relative: 1e-5))
  }

  @Test func growthIsBounded() {
    let grown = BoxCoder().decode(Tensor(rows: [[0, 0, 100, 100]]), from: Boxes(Tensor(rows: [[0, 0, 16, 16]])))
    #expect(grown.values.agrees(with: Tensor(rows: [[-492, -492, 508, 508]]), relative: 1e-4))
  }

  @Test func candidatesAreMatchedByOverlap() {
    let candidates = Boxes<XYXY>(
      Tensor(rows: [[0, 0, 10, 9], [0, 0, 10, 5], [50, 50, 60, 60], [20, 20, 30, 24]]))
    let strict = BoxMatcher(high: 0.7, low: 0.3, keepsBest: false)
    #expect(strict(candidates, gold: gold).array(Int.self) == [0, BoxMatcher.ignored, -1, -1])
    // The second gold box has no good candidate: it keeps its best one.
    let generous = BoxMatcher(high: 0.7, low: 0.3, keepsBest: true)
    #expect(generous(candidates, gold: gold).array(Int.self) == [0, BoxMatcher.ignored, -1, 1])
    #expect(generous(candidates, gold: .empty).array(Int.self) == [-1, -1, -1, -1])
  }

  @Test func theSamplerBalances() {
    let matches = Tensor([Int](repeating: 3, count: 50) + [Int](repeating: -1, count: 500) + [-2, -2])
    let (positive, negative) = BalancedSampler(count: 100, positiveShare: 0.25)(matches)
    #expect(positive.count == 25)
    #expect(negative.count == 75)
    #expect(Set(positive.array(Int.self)).count == 25)
    #expect(positive.array(Int.self).allSatisfy { $0 < 50 })
    #expect(negative.array(Int.self).allSatisfy { (50..<550).contains($0) })
    let few = BalancedSampler(count: 1000, positiveShare: 0.25)(matches)
    #expect(few.positive.count == 50 && few.negative.count == 500)
  }

  @Test func anchorsStandOnEveryPixelOfTheMaps() {
    let generator = AnchorGenerator(sizes: [[32], [64]])
    let maps = [Tensor.zeros([1, 8, 3, 4]), .zeros([1, 8, 2, 2])]
    let anchors = generator(maps, imageSize: .init(height: 48, width: 64))
    #expect(anchors.map(\.count) == [36, 12])
    #expect(
      anchors[0].values[0..<3].agrees(
        with: Tensor(rows: [[-23, -11, 23, 11], [-16, -16, 16, 16], [-11, -23, 11, 23]]), relative: 0, absolute: 0))
    #expect(anchors[0].values[4].agrees(with: Tensor([0, -16, 32, 16] as [Float]), relative: 0, absolute: 0))
    #expect(anchors[1].values[10].agrees(with: Tensor([0, -8, 64, 56] as [Float]), relative: 0, absolute: 0))
  }

  @Test func suppressionKeepsClassesApart() {
    let boxes = Boxes<XYXY>(Tensor(rows: [[0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10.5]]))
    let found = Detections(boxes: boxes, scores: Tensor([0.5, 0.9, 0.7]), labels: Tensor([0, 1, 1]))
    let kept = found.suppressed(threshold: 0.5, limit: 10)
    #expect(kept.labels.array(Int.self) == [1, 0])
    #expect(found.suppressed(threshold: 0.5, limit: 1).count == 1)
  }
}
