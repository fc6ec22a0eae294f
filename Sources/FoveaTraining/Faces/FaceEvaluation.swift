import FoveaData
import FoveaMetrics
import Torch

/// What a face embedder achieves on people.
public struct FaceEvaluation: Sendable {
  /// Every metric by its name: `auc`, `eer`, `tar_at_far_0.1`, `_0.01` and `_0.001`, `rank_1`, `rank_5`, and, for pairs in
  /// folds, `accuracy`, `accuracy_std`, `val_at_far_0.001`, `val_std` and `far`.
  public let metrics: [String: Double]
  /// The names of the metrics, in the order in which they are shown.
  public let names: [String]
  /// Distances are cosine distances; nil where there are no pairs of both kinds.
  public let curve: ReceiverOperatingCharacteristic?
  /// Who is found among the others, at which rank.
  public let identification: Identification
  /// The embeddings `[N, D]`, of length 1, in the set's order.
  public let embeddings: Tensor

  /// Judges embeddings.
  ///
  /// - Parameters:
  ///   - embeddings: `[N, D]`, of length 1.
  ///   - people: who each shows.
  ///   - pairs: by their places among the embeddings.
  ///   - folds: into how many parts the pairs are cut; less than 2 for none.
  ///   - subtractsMean: whether the folds' means are taken off, as some do.
  /// - Precondition: every one of the folds has both kinds of pairs.
  public init(embeddings: Tensor, people: [Int], pairs: [FacePair], folds: Int, subtractsMean: Bool = false) {
    self.embeddings = embeddings
    identification = Identification(embeddings: embeddings, people: people)
    var found: [(String, Double)] = []
    let isSame = pairs.map(\.isSame)
    if isSame.contains(true), isSame.contains(false) {
      let first = embeddings.indexSelect(dim: 0, Tensor(pairs.map(\.first)))
      let second = embeddings.indexSelect(dim: 0, Tensor(pairs.map(\.second)))
      let distances = EmbeddingDistance.cosine(first, second).array(Double.self)
      let curve = ReceiverOperatingCharacteristic(distances: distances.map { $0.isNaN ? 2 : $0 }, isSame: isSame)
      self.curve = curve
      found += [("auc", curve.area), ("eer", curve.equalErrorRate)]
      for rate in [0.1, 0.01, 0.001] {
        found.append(("tar_at_far_\(rate)", curve.trueAcceptRate(atFalseAcceptRate: rate)))
      }
      if folds > 1 {
        let lfw = LFWProtocol(
          first, second, isSame: isSame, folds: pairs.map(\.fold), subtractsMean: subtractsMean)
        found += [
          ("accuracy", lfw.accuracy.mean), ("accuracy_std", lfw.accuracy.deviation),
          ("val_at_far_0.001", lfw.validationRate.mean), ("val_std", lfw.validationRate.deviation),
          ("far", lfw.falseAcceptRate),
        ]
      }
    } else {
      curve = nil
      found += [("auc", .nan), ("eer", .nan)]
    }
    found += [("rank_1", identification.rank1), ("rank_5", identification.matchRate(within: 5))]
    metrics = Dictionary(uniqueKeysWithValues: found)
    names = found.map(\.0)
  }

  /// Runs an embedder over a set, and judges.
  ///
  /// - Parameters:
  ///   - embed: from normalised images `[N, C, H, W]` to embeddings of length 1.
  ///   - dataset: has a label for each photograph.
  ///   - input: how its photographs become the embedder's input.
  ///   - progress: called after each batch with the number of photographs so far.
  /// - Throws: ``TrainingError`` for a fold without one kind of pairs; what is wrong with a photograph.
  public init(
    of embed: (Tensor) -> Tensor, on dataset: any Dataset, input: FaceInput, pairs: [FacePair], folds: Int,
    subtractsMean: Bool = false, batchSize: Int = 64, threads: Int = 2, progress: (Int) -> Void = { _ in }
  ) throws {
    guard let people = dataset.labels else { throw TrainingError.data("the data do not say who is who") }
    try Self.check(pairs, folds: folds)
    let loader = DataLoader(dataset, batchSize: batchSize, transform: input.transform, threads: threads)
    var embeddings: [Tensor] = []
    var done = 0
    let batches = loader.batches(epoch: 0)
    while let batch = try batches.nextBatch() {
      embeddings.append(withNoGrad { embed(batch.images).to(.cpu) })
      done += batch.count
      progress(done)
    }
    guard !embeddings.isEmpty else { throw TrainingError.data("there are no photographs to measure on") }
    self.init(
      embeddings: .cat(embeddings), people: people, pairs: pairs, folds: folds, subtractsMean: subtractsMean)
  }

  /// Refuses folds that cannot be judged, before anything is computed.
  private static func check(_ pairs: [FacePair], folds: Int) throws(TrainingError) {
    for fold in 0..<folds where folds > 1 {
      for (isSame, kind) in [(true, "the same person"), (false, "two people")]
      where !pairs.contains(where: { $0.fold == fold && $0.isSame == isSame }) {
        throw .data(
          "fold \(fold + 1) of \(folds) has no pairs of \(kind), so it cannot be judged; too many photographs of the "
            + "list are not there")
      }
    }
  }
}
