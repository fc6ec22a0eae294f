import Foundation
import Testing
import Torch

/// What Tests/Reference/embedding_losses.py wrote.
private struct EmbeddingLossReference: Decodable {
  struct Case: Decodable {
    let loss: Double
    let gradient: [Double]
  }

  let embeddings: [Double]
  let labels: [Int]
  let centres: [Double]
  let pairs: [[Int]]
  let triplets: [[Int]]
  let sets: [[Int]]
  let shared_sets: [[Int]]
  let margins: [String: Double]
  let cases: [String: Case]

  static let stored = Result<EmbeddingLossReference, any Error> {
    let url = Bundle.module.bundleURL.appendingPathComponent("Fixtures/embedding_losses.json")
    return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
  }

  var labelTensor: Tensor { Tensor(labels) }

  func column(_ index: Int, of rows: [[Int]]) -> Tensor { Tensor(rows.map { $0[index] }) }

  /// The cosines between embeddings and centres.
  func cosines(_ x: Tensor) -> Tensor {
    x.normalize(dim: 1).matmul(Tensor(centres, shape: [5, 6]).normalize(dim: 1).mT)
  }

  func loss(_ name: String, of x: Tensor) -> Tensor {
    let distance = EmbeddingDistance.allCases.first { name.hasSuffix($0.rawValue) } ?? .cosine
    let margin = margins[distance.rawValue] ?? 0
    let form = name.replacingOccurrences(of: "_" + distance.rawValue, with: "")
    switch form {
    case "triplets":
      let rows = (0..<3).map { x.indexSelect(dim: 0, column($0, of: triplets)) }
      return rows[0].tripletLoss(positive: rows[1], negative: rows[2], margin: margin, distance: distance)
    case "pairs":
      let (a, b) = (column(0, of: pairs), column(1, of: pairs))
      let isSame = labelTensor.indexSelect(dim: 0, a) .== labelTensor.indexSelect(dim: 0, b)
      return x.indexSelect(dim: 0, a)
        .contrastiveLoss(x.indexSelect(dim: 0, b), isSame: isSame, margin: margin, distance: distance)
    case "all_pairs": return x.contrastiveLoss(labels: labelTensor, margin: margin, distance: distance)
    case "own_candidates", "whole_batch", "whole_batch_of_shared_people":
      let rows = Tensor(Array((form == "whole_batch_of_shared_people" ? shared_sets : sets).joined()))
      let picked = x.indexSelect(dim: 0, rows).reshape(2, 4, 6)
      let people = labelTensor.indexSelect(dim: 0, rows).reshape(2, 4)
      let (scores, positives) = picked[0..., 0]
        .contrastiveScores(
          labels: people[0..., 0], candidates: picked[0..., 1...], candidateLabels: people[0..., 1...],
          wholeBatch: form != "own_candidates", temperature: 0.7)
      return scores.crossEntropy(positives)
    case "supervised_contrastive": return x.supervisedContrastiveLoss(labels: labelTensor, temperature: 0.2)
    case "arcface", "arcface_wide":
      let margin = (form == "arcface" ? 28.6 : 100) * Double.pi / 180
      return cosines(x).marginLogits(labelTensor, .arcFace(margin: margin), scale: 16).crossEntropy(labelTensor)
    case "cosface": return cosines(x).marginLogits(labelTensor, .cosFace(), scale: 16).crossEntropy(labelTensor)
    default:
      guard let mining = TripletMining(rawValue: form) else { fatalError("no loss is called \(name)") }
      return x.tripletLoss(labels: labelTensor, mining: mining, margin: margin, distance: distance)
    }
  }
}

@Suite struct EmbeddingLossTests {
  fileprivate static let names: [String] =
    ((try? EmbeddingLossReference.stored.get().cases.keys.sorted()) ?? ["the fixture"])

  @Test(arguments: names) func valuesAndGradientsAreThoseOfTheReference(_ name: String) throws {
    let reference = try EmbeddingLossReference.stored.get()
    let expected = try #require(reference.cases[name])
    let x = Tensor(reference.embeddings, shape: [12, 6])
    x.requiresGrad = true
    let loss = reference.loss(name, of: x)
    loss.backward()
    expectClose(loss, Tensor(expected.loss), "loss", within: 1e-6)
    expectClose(try #require(x.grad), Tensor(expected.gradient, shape: [12, 6]), "gradient", within: 1e-6)
  }

  @Test(arguments: TripletMining.allCases) func withoutATripletTheLossIsZero(_ mining: TripletMining) throws {
    // Everybody is alone; then everybody is the same.
    for labels in [[0, 1, 2, 3], [5, 5, 5, 5]] {
      let x = Tensor.randn([4, 3], generator: Generator(seed: 1))
      x.requiresGrad = true
      let loss = x.tripletLoss(labels: Tensor(labels), mining: mining)
      loss.backward()
      #expect(Double(loss) == 0)
      #expect(try #require(x.grad).isEqual(to: .zeros([4, 3])))
    }
  }

  @Test(arguments: EmbeddingDistance.allCases) func equalEmbeddingsHaveFiniteGradients(_ distance: EmbeddingDistance)
    throws
  {
    let x = Tensor.ones([4, 3])
    x.requiresGrad = true
    x.tripletLoss(labels: Tensor([0, 0, 1, 1]), mining: .batchHard, margin: 0.5, distance: distance).backward()
    #expect(try #require(x.grad).isFinite().all().item(Bool.self))
  }

  @Test(arguments: EmbeddingDistance.allCases) func theMatrixHasTheDistancesOfRows(_ distance: EmbeddingDistance) {
    let a = Tensor.randn([40, 5], generator: Generator(seed: 2))
    let b = Tensor.randn([40, 5], generator: Generator(seed: 3))
    expectClose(distance.matrix(a, b).diagonal(), distance(a, b), "distances")
  }

  @Test func theHardestNegativeIsAnotherPersons() {
    // The anchor's distance to itself, 0, must never be taken for one to a negative.
    let x = Tensor([0.0, 1, 5, 6], shape: [4, 1])
    let loss = x.tripletLoss(labels: Tensor([0, 0, 1, 1]), mining: .batchHard, margin: 0)
    #expect(Double(loss) == 0)
  }
}
