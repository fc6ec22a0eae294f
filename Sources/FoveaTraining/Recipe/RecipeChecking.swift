import Torch

extension Recipe {
  /// Refuses values that make no sense, before anything is loaded.
  ///
  /// - Throws: ``RecipeError`` that names the key, the value and what it may be.
  func check(name: String) throws {
    try detection.check(model: model, name: name)
    try captioning.check(model: task == .captioning ? model : nil, in: name)
    try KeyCheck(name).fraction("validation_fraction", validationFraction)
    try images.check(KeyCheck(name, section: "images"))
    try augmentation.check(KeyCheck(name, section: "augmentation"), hasSize: images.size != nil)
    try optimizer.check(KeyCheck(name, section: "optimizer"))
    try schedule.check(KeyCheck(name, section: "schedule"))
    try training.check(KeyCheck(name, section: "training"))
    try fineTuning.check(KeyCheck(name, section: "fine_tuning"))
    try faces.check(name: name)
  }
}

extension ImageRecipe {
  fileprivate func check(_ key: KeyCheck) throws(RecipeError) {
    try key.whole("size", size, in: 1...4096)
    try key.whole("resize", resize, in: 1...8192)
    try key.whole("shifted", shifted, in: 0...4095)
    try key.require((mean == nil) == (std == nil), "mean", "one without images.std", "enough")
    for one in mean ?? [] { try key.number("mean", one, in: 0...1) }
    for one in std ?? [] { try key.positive("std", one, atMost: 1000) }
  }
}

extension AugmentationRecipe {
  fileprivate func check(_ key: KeyCheck, hasSize: Bool) throws(RecipeError) {
    try key.number("resized_crop", resizedCrop, in: 0...1)
    try key.require(resizedCrop == 0 || hasSize, "resized_crop", resizedCrop, "possible without images.size")
    try key.whole("crop_padding", cropPadding, in: 0...4096)
    try key.number("rotation", rotation, in: 0...180)
    try key.number("color_jitter", colorJitter, in: 0...10)
    try key.whole("rand_augment", randAugment, in: 0...100)
    try key.whole("rand_augment_magnitude", randAugmentMagnitude, in: 0...30)
    try key.number("erasing", erasing, in: 0...1)
    try key.whole("cutout", cutout, in: 0...4096)
    try key.number("mixup", mixup, in: 0...1000)
    try key.number("cutmix", cutmix, in: 0...1000)
  }
}

extension OptimizerRecipe {
  fileprivate func check(_ key: KeyCheck) throws(RecipeError) {
    try key.oneOf(["sgd", "adam", "adamw", "rmsprop", "muon"], "name", name)
    try key.positive("learning_rate", learningRate)
    try key.fraction("momentum", momentum)
    try key.number("weight_decay", weightDecay, in: 0...1_000_000)
    try key.positive("others_factor", othersFactor)
    try key.number("others_weight_decay", othersWeightDecay, in: 0...1_000_000)
  }
}

extension ScheduleRecipe {
  fileprivate func check(_ key: KeyCheck) throws(RecipeError) {
    let names = ["one_cycle", "cosine", "linear", "polynomial", "step", "multi_step", "plateau", "constant"]
    try key.oneOf(names, "name", name)
    try key.number("warmup_epochs", warmupEpochs, in: 0...1_000_000)
    try key.whole("step_epochs", stepEpochs)
    for one in milestones { try key.whole("milestones", one) }
    try key.positive("gamma", gamma, atMost: 1)
    try key.positive("power", power, atMost: 1000)
  }
}

extension TrainingRecipe {
  fileprivate func check(_ key: KeyCheck) throws(RecipeError) {
    try key.whole("epochs", epochs)
    try key.whole("batch_size", batchSize)
    try key.oneOf(["auto", "fp32", "bf16"], "precision", precision)
    try checkDeviceName(key)
    try key.fraction("label_smoothing", labelSmoothing)
    try key.whole("accumulate_grad_batches", accumulateGradBatches)
    try key.positive("clip_norm", clipNorm)
    try key.fraction("ema", ema)
    try key.whole("early_stopping", earlyStopping)
    try key.whole("keep_best", keepBest)
    try key.positive("max_minutes", maxMinutes, atMost: 10_000_000)
    try key.whole("max_steps", maxSteps, in: 1...1_000_000_000_000)
    try key.whole("overfit_batches", overfitBatches, in: 0...1_000_000)
    try key.whole("limit_train_batches", limitTrainBatches, in: 1...1_000_000_000)
    try key.whole("checkpoint_every_steps", checkpointEverySteps, in: 1...1_000_000_000_000)
    try key.whole("loader_threads", loaderThreads, in: 0...64)
  }

  /// A device that only another machine has passes: its run can be looked at here.
  private func checkDeviceName(_ key: KeyCheck) throws(RecipeError) {
    do {
      _ = try Device(device)
    } catch {
      if case .unknown = error { throw RecipeError(key.name, "training.device: \(error)") }
    }
  }
}

extension FineTuningRecipe {
  fileprivate func check(_ key: KeyCheck) throws(RecipeError) {
    try key.whole("frozen_layers", frozenLayers, in: -1...1_000_000)
    try key.positive("layer_decay", layerDecay, atMost: 1)
    try key.whole("lora_rank", loraRank, in: 0...4096)
    try key.positive("lora_alpha", loraAlpha)
    try key.fraction("lora_dropout", loraDropout)
  }
}
