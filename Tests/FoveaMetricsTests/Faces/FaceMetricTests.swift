import Foundation
import FoveaMetrics
import Testing
import Torch

/// What Tests/Reference/face_metrics.py wrote.
private struct FaceReference: Decodable {
  struct Figures: Decodable {
    let accuracies, thresholds, accuracy, validation: [Double]
    let far, wanted: Double
  }
  struct Curve: Decodable {
    let auc, eer: Double
    let tar: [String: Double]
  }

  let distances: [Double]
  let same: [Bool]
  let lfw, plain, centred: Figures
  let roc: Curve
  let embeddings: [Double]
  let people, first, second, ranks: [Int]
  let pair_same: [Bool]

  static func load() throws -> FaceReference {
    let url = Bundle.module.bundleURL.appendingPathComponent("Fixtures/faces.json")
    return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
  }

  var embeddingTensor: Tensor { Tensor(embeddings, shape: [people.count, embeddings.count / people.count]) }
}

@Suite struct FaceMetricTests {
  private func expect(_ result: LFWProtocol, is reference: FaceReference.Figures) {
    func agree(_ a: [Double], _ b: [Double]) -> Bool {
      a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-9 }
    }
    #expect(agree(result.accuracies, reference.accuracies))
    #expect(agree(result.thresholds, reference.thresholds))
    #expect(agree([result.accuracy.mean, result.accuracy.deviation], reference.accuracy))
    #expect(agree([result.validationRate.mean, result.validationRate.deviation], reference.validation))
    #expect(agree([result.falseAcceptRate], [reference.far]))
  }

  @Test func theProtocolOnStoredDistancesGivesTheReferencesFigures() throws {
    let reference = try FaceReference.load()
    expect(
      LFWProtocol(
        distances: reference.distances, isSame: reference.same, folds: (0..<300).map { $0 / 30 },
        wantedFalseAcceptRate: reference.lfw.wanted),
      is: reference.lfw)
  }

  @Test(arguments: [false, true]) func theProtocolOnEmbeddingsGivesTheReferencesFigures(_ subtractsMean: Bool) throws {
    let reference = try FaceReference.load()
    let (first, second) = (
      reference.embeddingTensor.indexSelect(dim: 0, Tensor(reference.first)),
      reference.embeddingTensor.indexSelect(dim: 0, Tensor(reference.second))
    )
    let expected = subtractsMean ? reference.centred : reference.plain
    expect(
      LFWProtocol(
        first, second, isSame: reference.pair_same, folds: (0..<300).map { $0 / 30 }, subtractsMean: subtractsMean,
        wantedFalseAcceptRate: expected.wanted),
      is: expected)
  }

  @Test func foldsAreThoseOfThePairsWhateverTheirSizes() {
    // The threshold of each is chosen on the other; a cut into equal halves would put a pair of the second into the first.
    let result = LFWProtocol(
      distances: [0.1, 0.5, 1, 1.1, 1.2, 2], isSame: [true, false, true, true, true, false], folds: [0, 0, 1, 1, 1, 1])
    #expect(result.accuracies == [0.5, 0.25])
    #expect(abs(result.accuracy.mean - 0.375) < 1e-12)
  }

  @Test func theCurveIsThatOfScikitLearn() throws {
    let reference = try FaceReference.load()
    let curve = ReceiverOperatingCharacteristic(distances: reference.distances, isSame: reference.same)
    #expect(abs(curve.area - reference.roc.auc) < 1e-9)
    #expect(abs(curve.equalErrorRate - reference.roc.eer) < 1e-9)
    for (rate, expected) in reference.roc.tar {
      let found = curve.trueAcceptRate(atFalseAcceptRate: try #require(Double(rate)))
      #expect(abs(found - expected) < 1e-9, "TAR at FAR \(rate)")
    }
  }

  @Test func aThresholdAcceptsJustWhatWasAllowed() {
    let distances = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    let same = [true, true, false, true, false, true, false, false]
    let curve = ReceiverOperatingCharacteristic(distances: distances, isSame: same)
    #expect(curve.threshold(atFalseAcceptRate: 0.25) == 0.4)
    #expect(curve.threshold(atFalseAcceptRate: 0) == 0.2)
    #expect(curve.threshold(atFalseAcceptRate: 1) == 0.8)
    #expect(curve.trueAcceptRate(atFalseAcceptRate: 0.5) == 1)
  }

  @Test func ranksAreThoseOfTheReference() throws {
    let reference = try FaceReference.load()
    let found = Identification(embeddings: reference.embeddingTensor, people: reference.people)
    #expect(found.ranks == reference.ranks)
    let expected = (1...5).map { rank in Double(reference.ranks.count { $0 < rank }) / Double(reference.ranks.count) }
    #expect(found.cumulativeMatch(upTo: 5) == expected)
    #expect(found.rank1 == expected[0])
  }

  @Test func aQueryIsNeverInItsOwnGallery() {
    // Each photograph is nearest to itself, and its only other one is far away.
    let embeddings = Tensor(rows: [[1, 0, 0], [0, 1, 0], [0.8, 0.6, 0], [-0.6, -0.8, 0]] as [[Float]])
    let found = Identification(embeddings: embeddings, people: [0, 0, 1, 2])
    #expect(found.rank1 == 0)
    #expect(found.ranks == [1, 1])
    #expect(found.hopeless == 2)
  }

  @Test func aGalleryOfOthersIsSearchedWhole() {
    let gallery = Tensor(rows: [[1, 0], [0, 1]] as [[Float]])
    let found = Identification(queries: Tensor(rows: [[0.8, 0.6]] as [[Float]]), [7], gallery: gallery, [7, 8])
    #expect(found.rank1 == 1)
  }
}
