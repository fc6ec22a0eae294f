import FoveaData
import FoveaMetrics
import FoveaModels
import Torch

/// A detector with its losses and COCO's metrics, ready to be trained.
///
/// Validation has the parts of the loss and COCO's twelve numbers, `ap` and `ap_50` among them, measured in the pixels of the
/// model's input.
public final class DetectionModule: TrainingModule {
  /// From images to objects.
  public let model: any ObjectDetector

  private let evaluation: MeanAveragePrecision
  private let configure: (Module, TrainingPlan) throws -> Optimization

  /// - Parameter configure: makes the optimizer of the model and its schedule.
  public init(
    _ model: any ObjectDetector, classNames: [String],
    optimization configure: @escaping (Module, TrainingPlan) throws -> Optimization
  ) {
    precondition(model.classes == classNames.count, "\(classNames.count) names for \(model.classes) classes")
    self.model = model
    evaluation = MeanAveragePrecision(classNames: classNames)
    self.configure = configure
  }

  public override func members() -> [(key: String, member: Member)] { [("model", .child(model))] }

  public override var trainedModel: Module { model }

  public override func trainingStep(_ batch: Batch) throws -> StepOutput {
    let losses = model.losses(batch.imageList, try batch.detectionTargets(classes: model.classes))
    return StepOutput(loss: losses.total, values: losses.byName, count: batch.count)
  }

  public override func validationStep(_ batch: Batch) throws -> StepOutput {
    let targets = try batch.detectionTargets(classes: model.classes)
    for (found, (target, index)) in zip(model.detect(batch.imageList), zip(targets, batch.indices)) {
      evaluation.update(DetectionResult(image: index, gold: target.goldObjects, found))
    }
    let losses = model.losses(batch.imageList, targets)
    return StepOutput(loss: losses.total, values: losses.byName, count: batch.count)
  }

  public override func validationMetrics() -> [String: Double] {
    defer { evaluation.reset() }
    return evaluation.compute().numbers
  }

  public override func configureOptimizers(_ plan: TrainingPlan) throws -> Optimization { try configure(model, plan) }
}

extension Batch {
  /// The images with their sizes, as detectors take them.
  public var imageList: ImageList {
    ImageList(images, sizes: (0..<count).map { ImageList.Size(height: size(at: $0).height, width: size(at: $0).width) })
  }

  /// The boxes and classes of each image.
  ///
  /// - Throws: ``TrainingError/data(_:)`` that names the sample and the box where one is not a number, has no area, or is of a
  ///   class that there is not.
  public func detectionTargets(classes: Int) throws -> [DetectionTarget] {
    guard boxes.count == count, boxLabels.count == count else {
      throw TrainingError.data("batch \(number) has no boxes, but a detector is trained on them")
    }
    return try (0..<count).map { image in
      let rows = boxes[image].values
      let isUsable =
        (rows[0..., 2] .> rows[0..., 0]) .&& (rows[0..., 3] .> rows[0..., 1]) .&& rows.isFinite().all(dim: 1)
      if let box = isUsable.array(Bool.self).firstIndex(of: false) {
        throw TrainingError.data(
          "sample \(indices[image]), box \(box): \(rows[box].array(Double.self)) is no box: it needs four finite numbers "
            + "left < right, top < bottom; `fovea datasets audit` finds such boxes")
      }
      let labels = boxLabels[image]
      if let label = labels.array(Int.self).first(where: { !(0..<classes).contains($0) }) {
        throw TrainingError.data("sample \(indices[image]): a box of class \(label), but there are \(classes) classes")
      }
      return DetectionTarget(boxes: boxes[image].to(.float32), labels: labels)
    }
  }
}

extension DetectionTarget {
  /// The objects as the evaluation takes them.
  var goldObjects: [GoldObject] {
    zip(PixelBox.list(boxes), labels.array(Int.self)).map { GoldObject($0, label: $1) }
  }
}

extension AnnotatedImage {
  /// The objects as the evaluation takes them, crowds among them.
  var goldObjects: [GoldObject] {
    objects.compactMap { object in
      guard let label = object.label else { return nil }
      let box = PixelBox(x: object.left, y: object.top, width: object.width, height: object.height)
      return GoldObject(box, label: label, area: object.area, isCrowd: object.isCrowd)
    }
  }
}

extension DetectionResult {
  init(image: Int, gold: [GoldObject], _ found: Detections) {
    // A model that has gone astray gives NaN: such objects are none.
    let found = found[found.scores.isFinite().nonzero().squeeze(1)]
    self.init(image: image, gold: gold, boxes: found.boxes, labels: found.labels, scores: found.scores)
  }
}
