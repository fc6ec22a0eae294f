import Torch

extension Recipe {
  /// Refuses values that make no sense, before anything is loaded.
  ///
  /// - Throws: ``RecipeError`` that names the key, the value and what it may be.
  func check(name: String) throws {
    func require(_ condition: Bool, _ key: String, _ value: Any, _ wanted: String) throws {
      guard condition else { throw RecipeError(name, "\(key): \(value) is not \(wanted)") }
    }
    func oneOf(_ names: [String], _ key: String, _ value: String) throws {
      guard !names.contains(value) else { return }
      let hint = nearestName(to: value, in: names).map { "; did you mean '\($0)'?" } ?? ""
      throw RecipeError(name, "\(key): '\(value)' is none of \(names.joined(separator: ", "))\(hint)")
    }
    try detection.check(name: name)
    try oneOf(["sgd", "adam", "adamw", "rmsprop", "muon"], "optimizer.name", optimizer.name)
    try oneOf(
      ["one_cycle", "cosine", "linear", "polynomial", "step", "multi_step", "plateau", "constant"], "schedule.name",
      schedule.name)
    try oneOf(["auto", "fp32", "bf16"], "training.precision", training.precision)
    if task == .captioning { try captioning.check(model: model, in: name) }
    try require((0..<1).contains(validationFraction), "validation_fraction", validationFraction, "in 0..<1")
    try require(training.epochs > 0, "training.epochs", training.epochs, "positive")
    try require(training.batchSize > 0, "training.batch_size", training.batchSize, "positive")
    try require(
      training.accumulateGradBatches > 0, "training.accumulate_grad_batches", training.accumulateGradBatches, "positive"
    )
    try require(
      (0..<1).contains(training.labelSmoothing), "training.label_smoothing", training.labelSmoothing, "in 0..<1")
    try require(
      (0...64).contains(training.loaderThreads), "training.loader_threads", training.loaderThreads, "in 0...64")
    try require(training.ema.map { (0..<1).contains($0) } ?? true, "training.ema", training.ema ?? 0, "in 0..<1")
    try require(training.clipNorm.map { $0 > 0 } ?? true, "training.clip_norm", training.clipNorm ?? 0, "positive")
    try require(training.overfitBatches >= 0, "training.overfit_batches", training.overfitBatches, "zero or positive")
    for (key, count) in [
      ("limit_train_batches", training.limitTrainBatches), ("checkpoint_every_steps", training.checkpointEverySteps),
    ] {
      try require(count ?? 1 > 0, "training.\(key)", count ?? 0, "positive")
    }
    try require(training.keepBest > 0, "training.keep_best", training.keepBest, "positive")
    try require(optimizer.learningRate > 0, "optimizer.learning_rate", optimizer.learningRate, "positive")
    try require(optimizer.weightDecay >= 0, "optimizer.weight_decay", optimizer.weightDecay, "zero or positive")
    try require((0..<1).contains(optimizer.momentum), "optimizer.momentum", optimizer.momentum, "in 0..<1")
    try require(optimizer.othersFactor > 0, "optimizer.others_factor", optimizer.othersFactor, "positive")
    try require(schedule.warmupEpochs >= 0, "schedule.warmup_epochs", schedule.warmupEpochs, "zero or positive")
    try require(schedule.stepEpochs > 0, "schedule.step_epochs", schedule.stepEpochs, "positive")
    try require(images.size.map { $0 > 0 } ?? true, "images.size", images.size ?? 0, "positive")
    try require((images.mean == nil) == (images.std == nil), "images.mean", "one without images.std", "enough")
    try require(
      (0...1).contains(augmentation.resizedCrop), "augmentation.resized_crop", augmentation.resizedCrop, "in 0...1")
    try require((0...1).contains(augmentation.erasing), "augmentation.erasing", augmentation.erasing, "in 0...1")
    try require(
      augmentation.cropPadding >= 0, "augmentation.crop_padding", augmentation.cropPadding, "zero or positive")
    try require(augmentation.mixup >= 0, "augmentation.mixup", augmentation.mixup, "zero or positive")
    try require(augmentation.cutmix >= 0, "augmentation.cutmix", augmentation.cutmix, "zero or positive")
    try require(fineTuning.frozenLayers >= -1, "fine_tuning.frozen_layers", fineTuning.frozenLayers, "-1 or more")
    try require(
      fineTuning.layerDecay > 0 && fineTuning.layerDecay <= 1, "fine_tuning.layer_decay", fineTuning.layerDecay,
      "above 0 and at most 1")
    try require(fineTuning.loraRank >= 0, "fine_tuning.lora_rank", fineTuning.loraRank, "zero or positive")
    try require(
      (0..<1).contains(fineTuning.loraDropout), "fine_tuning.lora_dropout", fineTuning.loraDropout, "in 0..<1")
    try require(
      augmentation.resizedCrop == 0 || images.size != nil, "augmentation.resized_crop", augmentation.resizedCrop,
      "possible without images.size")
    try faces.check(name: name)
  }
}
