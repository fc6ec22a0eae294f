import FoveaData
import Torch

/// Shows on standard error how far a run is, and what each validation found.
public final class ProgressDisplay: TrainerCallback {
  private var bar: ProgressBar?
  private var validationBar: ProgressBar?
  private var hasShownModel = false

  public init() {}

  public func onTrainEpochStart(_ run: TrainingRun) {
    bar = ProgressBar(
      "Epoch \(run.state.epoch + 1)/\(run.plan.epochs)", total: run.batchesPerEpoch, unit: "batches",
      done: run.state.batch)
  }

  public func onTrainBatchEnd(_ run: TrainingRun, output: StepOutput, batch: Batch) {
    if run.options.showsModelSummary, !hasShownModel {
      hasShownModel = true
      let shape = Shape([1] + batch.images.shape.dropFirst())
      bar?.note(ModelSummary(of: run.module.trainedModel, input: shape).description)
    }
    let loss = run.recentLoss ?? .nan
    // Where a loss has parts, each is shown as its mean over the epoch so far.
    let parts = run.state.epochMeans.filter { $0.key.hasPrefix("loss_") }.sorted { $0.key < $1.key }
    bar?.advance(
      showing: [("loss", loss)] + parts.map { (String($0.key.dropFirst(5)), $0.value.value ?? .nan) }
        + [("lr", run.optimizer.learningRate)])
  }

  public func onTrainEpochEnd(_ run: TrainingRun, metrics: [String: Double]) {
    bar?.finish(showing: Self.ordered(metrics))
    bar = nil
  }

  public func onValidationStart(_ run: TrainingRun, batches: Int) {
    validationBar = ProgressBar("Validation", total: batches, unit: "batches")
  }

  public func onValidationBatchEnd(_ run: TrainingRun, output: StepOutput, batch: Batch) { validationBar?.advance() }

  public func onValidationEnd(_ run: TrainingRun, metrics: [String: Double]) {
    validationBar?.finish(showing: Self.ordered(metrics))
    validationBar = nil
  }

  public func onFitEnd(_ run: TrainingRun, reason: StopReason) {
    bar = nil
    if run.options.showsProfile { ProgressBar("", total: nil).note(run.times.description) }
  }

  public func onException(_ run: TrainingRun, error: any Error) {
    bar = nil
    validationBar = nil
  }

  /// Loss first, accuracy next, the others by name.
  private static func ordered(_ metrics: [String: Double]) -> [(name: String, value: Double)] {
    let first = ["loss", "accuracy"]
    return metrics.sorted { a, b in
      let places = [a.key, b.key].map { first.firstIndex(of: $0) ?? first.count }
      return (places[0], a.key) < (places[1], b.key)
    }.map { ($0.key, $0.value) }
  }
}
