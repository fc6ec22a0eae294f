import FoveaData
import Torch

/// One pass over data without learning.
struct Validation {
  let module: TrainingModule
  let device: Device
  let precision: Precision
  let channelsLast: Bool

  /// Means over the steps' own values and `loss`, then the module's metrics, which take precedence.
  ///
  /// - Parameter observe: called after each batch.
  func run(
    over source: any BatchSource, limit: Int, epoch: Int = 0, observe: (StepOutput, Batch) throws -> Void = { _, _ in }
  ) throws -> [String: Double] {
    let wasTraining = module.isTraining
    module.eval()
    defer { if wasTraining { module.trainWhatLearns() } }
    var means: [String: TrainingState.WeightedMean] = [:]
    let batches = source.batches(epoch: epoch, startingAt: 0)
    var done = 0
    while done < min(limit, source.count), let batch = try batches.nextBatch()?.moved(to: device, channelsLast) {
      let output = try withNoGrad {
        try withAutocast(precision.autocastType(on: device), on: device) { try module.validationStep(batch) }
      }
      for (name, value) in output.numbers { means[name, default: .init()].add(value, weight: output.count) }
      try observe(output, batch)
      done += 1
    }
    return try means.compactMapValues(\.value).merging(module.validationMetrics()) { $1 }
  }
}

extension StepOutput {
  /// The loss and the other values as numbers.
  var numbers: [String: Double] {
    values.mapValues { $0.item(Double.self) }.merging(["loss": loss.item(Double.self)]) { $1 }
  }
}

extension Batch {
  /// The batch on a device, images with the channels of a pixel side by side if asked for.
  func moved(to device: Device, _ channelsLast: Bool) -> Batch {
    var batch = self
    batch.images = images.to(device)
    if channelsLast { batch.images = batch.images.contiguous(.channelsLast) }
    batch.labels = labels?.to(device)
    batch.boxes = boxes.map { $0.to(device) }
    batch.boxLabels = boxLabels.map { $0.to(device) }
    batch.masks = masks.map { $0.to(device) }
    batch.keypoints = keypoints.map { $0.to(device) }
    batch.labelMaps = labelMaps?.to(device)
    return batch
  }
}
