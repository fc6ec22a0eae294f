import Torch

extension TrainingRun {
  /// Validates on a few batches before anything is trained: an error there should not cost an epoch.
  func checkSanity() throws {
    guard let validationSource, options.sanityValidationBatches > 0, !isResumed else { return }
    let limit = min(options.sanityValidationBatches, options.limitValidationBatches ?? .max)
    let metrics = try onMain { try timed(.validation) { try validation.run(over: validationSource, limit: limit) } }
    try checkMonitor(in: metrics)
  }

  /// Validates, and draws the conclusions: what is best so far, whether there is progress, how fast to go on.
  func validate() throws {
    guard let validationSource else { return }
    let limit = min(validationSource.count, options.limitValidationBatches ?? .max)
    for callback in callbacks { try callback.onValidationStart(self, batches: limit) }
    // Metrics that are no means (AUROC, COCO's) need all batches in one place.
    let metrics = try onMain {
      try timed(.validation) {
        try withAverage {
          try validation.run(over: validationSource, limit: limit) { output, batch in
            skipped.add(batch.skipped)
            for callback in callbacks { try callback.onValidationBatchEnd(self, output: output, batch: batch) }
          }
        }
      }
    }
    try checkMonitor(in: metrics)
    judge(metrics[options.monitor.name] ?? .nan)
    state.lastMetrics = metrics
    state.validatedStep = state.step
    for callback in callbacks { try callback.onValidationEnd(self, metrics: metrics) }
    try log(Dictionary(uniqueKeysWithValues: metrics.map { ("\($0.key)/validation", $0.value) }))
  }

  private func withAverage<Result>(_ body: () throws -> Result) rethrows -> Result {
    try average.map { try $0.withAveragedWeights(body) } ?? body()
  }

  private func checkMonitor(in metrics: [String: Double]) throws {
    guard metrics[options.monitor.name] == nil else { return }
    throw TrainingError.unknownMonitor(options.monitor.name, measured: Array(metrics.keys))
  }

  private func judge(_ value: Double) {
    let monitor = options.monitor
    let delta = options.earlyStopping?.minDelta ?? 0
    if !value.isNaN, state.bar.map({ monitor.isBetter(value, than: $0) }) ?? true {
      state.bar = monitor.isLargerBetter ? value + delta : value - delta
      state.badValidations = 0
    } else {
      state.badValidations += 1
    }
    if !value.isNaN {
      // Among equals the earlier stays.
      let place = state.best.firstIndex { monitor.isBetter(value, than: $0.value) } ?? state.best.count
      state.best.insert(.init(step: state.step, value: value), at: place)
      state.best.removeLast(max(0, state.best.count - max(1, options.keepBest)))
    }
    schedule.observe(value)
  }
}
