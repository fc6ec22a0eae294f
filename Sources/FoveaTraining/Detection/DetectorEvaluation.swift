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

  /// Runs a detector over a set, and measures.
  ///
  /// - Parameters:
  ///   - dataset: has boxes for each image.
  ///   - classNames: the classes that the detector knows.
  ///   - progress: called after each batch with the number of images so far.
  /// - Throws: what is wrong with an image; ``TrainingError/data(_:)`` where the set's classes are not the model's, or the
  ///   model answers with numbers that are not finite.
  public init(
    of pipeline: DetectionPipeline, on dataset: any Dataset, classNames: [String], batchSize: Int = 4, threads: Int = 2,
    progress: (Int) -> Void = { _ in }
  ) throws {
    guard dataset.classNames == classNames else {
      throw TrainingError.data(
        "the data's \(dataset.classNames.count) classes (\(dataset.classNames.prefix(3).joined(separator: ", ")), ...) are "
          + "not the model's \(classNames.count) (\(classNames.prefix(3).joined(separator: ", ")), ...)")
    }
    let evaluation = MeanAveragePrecision(classNames: classNames)
    var all: [Detections] = []
    let loader = DataLoader(dataset, batchSize: batchSize, collation: .padded(), threads: threads)
    let batches = loader.batches(epoch: 0)
    while let batch = try batches.nextBatch() {
      let targets = try batch.detectionTargets(classes: classNames.count)
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
          DetectionResult(image: index, gold: annotation?.goldObjects ?? target.goldObjects, found))
        all.append(found)
      }
      progress(all.count)
    }
    summary = evaluation.compute()
    found = all
  }
}
