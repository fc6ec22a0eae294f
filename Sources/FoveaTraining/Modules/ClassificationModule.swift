import FoveaData
import FoveaMetrics
import Torch

/// A classifier with its loss and its metrics, ready to be trained.
///
/// The loss is cross-entropy, in training with label smoothing, and with soft targets where MixUp or CutMix has made the
/// labels `[N, classes]`. Validation has the metrics `loss`, `accuracy`, `top_5_accuracy` (with more than five classes)
/// and `f1_macro`.
public final class ClassificationModule: TrainingModule {
  /// From images `[N, C, H, W]` to logits `[N, classes]`.
  public let model: Layer

  private let labelSmoothing: Double
  private let metrics: MetricCollection
  private let computeMetrics: ((EvalPrediction) throws -> [String: Double])?
  private var seen: [EvalPrediction] = []
  private let configure: (Layer, TrainingPlan) throws -> Optimization

  /// - Parameters:
  ///   - model: from images `[N, C, H, W]` to logits `[N, classes]`.
  ///   - classes: the number of classes.
  ///   - labelSmoothing: the part of each target that is spread over all classes, in training.
  ///   - metrics: what validation measures; nil takes the usual.
  ///   - computeMetrics: measures more, of a whole validation at once, under names of its own.
  ///   - configure: makes the optimizer of the model and its schedule.
  public init(
    _ model: Layer, classes: Int, labelSmoothing: Double = 0, metrics: MetricCollection? = nil,
    computeMetrics: ((EvalPrediction) throws -> [String: Double])? = nil,
    optimization configure: @escaping (Layer, TrainingPlan) throws -> Optimization
  ) {
    self.model = model
    self.labelSmoothing = labelSmoothing
    self.metrics = metrics ?? Self.usualMetrics(classes: classes)
    self.computeMetrics = computeMetrics
    self.configure = configure
  }

  private static func usualMetrics(classes: Int) -> MetricCollection {
    classes > 5
      ? MetricCollection([
        "loss": LogLoss(), "accuracy": Accuracy(), "top_5_accuracy": TopKAccuracy(5), "f1_macro": F1Score(.macro),
      ])
      : MetricCollection(["loss": LogLoss(), "accuracy": Accuracy(), "f1_macro": F1Score(.macro)])
  }

  public override var trainedModel: Module { model }

  public override func trainingStep(_ batch: Batch) throws -> StepOutput {
    let labels = try batch.requiredLabels()
    let logits = model(batch.images)
    let loss = logits.crossEntropy(labels, labelSmoothing: labelSmoothing)
    let truth = labels.rank == 2 ? labels.argmax(dim: 1) : labels
    let accuracy = (logits.detach().argmax(dim: 1) .== truth).to(.float32).mean()
    return StepOutput(loss: loss, values: ["accuracy": accuracy], count: batch.count)
  }

  public override func validationStep(_ batch: Batch) throws -> StepOutput {
    let labels = try batch.requiredLabels()
    let logits = model(batch.images)
    metrics.update(logits: logits, labels: labels)
    if computeMetrics != nil {
      seen.append(EvalPrediction(predictions: logits.to(.float32).to(.cpu), labelIds: labels.to(.cpu)))
    }
    return StepOutput(loss: logits.crossEntropy(labels), count: batch.count)
  }

  public override func validationMetrics() throws -> [String: Double] {
    defer {
      metrics.reset()
      seen = []
    }
    guard let computeMetrics, !seen.isEmpty else { return metrics.compute() }
    let all = EvalPrediction(
      predictions: Tensor.cat(seen.map(\.predictions)), labelIds: Tensor.cat(seen.map(\.labelIds)))
    return try metrics.compute().merging(computeMetrics(all)) { $1 }
  }

  public override func configureOptimizers(_ plan: TrainingPlan) throws -> Optimization { try configure(model, plan) }
}

/// What a classifier said of a whole validation, beside the truth. Hugging Face's name, and its names for both.
public struct EvalPrediction {
  /// The logits, `[N, classes]`, float32.
  public let predictions: Tensor
  /// The classes, `[N]`.
  public let labelIds: Tensor
}

extension Batch {
  fileprivate func requiredLabels() throws -> Tensor {
    guard let labels else {
      throw TrainingError.data("batch \(number) has no labels, but a classifier is trained on them")
    }
    return labels
  }
}
