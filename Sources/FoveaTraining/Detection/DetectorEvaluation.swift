import FoveaData
import FoveaMetrics
import FoveaModels
import Torch

/// What a detector achieves on a set, in pixels of the original images.
public struct DetectorEvaluation: Sendable {
  /// COCO's numbers, and those of each class.
  public let summary: COCOSummary
  /// What was found in each image, in the set's order.
  public let found: [Detections]
  /// The place in the set of each of those images.
  public let indices: [Int]
  /// What could not be read and was left out.
  public let skipped: SkippedSamples

  /// Runs a detector over a set, and measures.
  ///
  /// - Parameters:
  ///   - dataset: has boxes for each image. Its classes may be some of the detector's: what is found of others does not count.
  ///   - classNames: the classes that the detector knows.
  ///   - policy: whether images that cannot be read are left out.
  ///   - progress: called after each batch with the number of images so far.
  /// - Throws: what is wrong with an image; ``TrainingError/data(_:)`` where the set has classes that the model does not
  ///   know, or the model answers with numbers that are not finite.
  public init(
    of pipeline: DetectionPipeline, on dataset: any Dataset, classNames: [String], batchSize: Int = 4, threads: Int = 2,
    onBrokenSample policy: DataLoader.BrokenSamplePolicy = .stop, progress: (Int) -> Void = { _ in }
  ) throws {
    let labels = try Self.labels(of: classNames, among: dataset.classNames)
    let evaluation = MeanAveragePrecision(classNames: dataset.classNames)
    var all: [Detections] = []
    var indices: [Int] = []
    var skipped = SkippedSamples()
    let loader = DataLoader(
      dataset, batchSize: batchSize, collation: .padded(), threads: threads, onBrokenSample: policy)
    let batches = loader.batches(epoch: 0)
    while let batch = try batches.nextBatch() {
      skipped.add(batch.skipped)
      indices += batch.indices
      let targets = try batch.detectionTargets(classes: dataset.classNames.count)
      let images = (0..<batch.count).map { index in
        let size = batch.size(at: index)
        return batch.images[index, 0..., 0..<size.height, 0..<size.width]
      }
      // Annotations tell of crowds and of areas, which samples do not.
      let annotations = batch.indices.map { (dataset as? any AnnotatedDataset)?.annotation(at: $0) }
      let names = zip(annotations, batch.indices).map { $0?.file.path ?? "sample \($1)" }
      let found = try pipeline(images, names: names)
      for (found, (target, (annotation, index))) in zip(found, zip(targets, zip(annotations, batch.indices))) {
        evaluation.update(
          DetectionResult(
            image: index, gold: annotation?.goldObjects ?? target.goldObjects, found.relabelled(labels)))
        all.append(found)
      }
      progress(all.count)
    }
    summary = evaluation.compute()
    found = all
    self.indices = indices
    self.skipped = skipped
  }

  /// What the set calls each of the model's classes: their indices, -1 for those that it does not have.
  private static func labels(of known: [String], among wanted: [String]) throws -> [Int] {
    guard Set(known).isSuperset(of: wanted) else {
      throw TrainingError.data(
        "the data's \(wanted.count) classes (\(wanted.prefix(3).joined(separator: ", ")), ...) are not the model's "
          + "\(known.count) (\(known.prefix(3).joined(separator: ", ")), ...), nor some of them")
    }
    // Where two classes have one name, each stays what it is.
    if known == wanted { return Array(known.indices) }
    let places = Dictionary(wanted.enumerated().map { ($1, $0) }) { first, _ in first }
    return known.map { places[$0] ?? -1 }
  }
}

extension Detections {
  /// The same objects under other labels; without those whose new label is -1.
  fileprivate func relabelled(_ newLabels: [Int]) -> Detections {
    let new = Tensor(newLabels)[labels]
    return Detections(boxes: boxes, scores: scores, labels: new)[new .>= 0]
  }
}
