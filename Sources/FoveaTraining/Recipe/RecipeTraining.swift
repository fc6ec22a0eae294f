import Foundation
import FoveaData
import Torch

extension TrainingRecipe {
  /// What is done about an image that cannot be read.
  var onBrokenSample: DataLoader.BrokenSamplePolicy { skipBrokenImages ? .skip : .stop }
}

extension Recipe {
  /// The device that the recipe asks for.
  ///
  /// - Throws: ``RecipeError`` where this machine does not have it.
  func device() throws(RecipeError) -> Device {
    do { return try Device(training.device) } catch { throw RecipeError("training.device", "\(error)") }
  }

  /// The trainer's options that the recipe asks for.
  ///
  /// - Throws: ``RecipeError`` where this machine does not have the device.
  func trainerOptions() throws(RecipeError) -> TrainerOptions {
    var options = TrainerOptions(maxEpochs: training.epochs, monitor: Monitor(monitor))
    options.maxSteps = training.maxSteps
    options.maxTime = training.maxMinutes.map { .seconds($0 * 60) }
    options.overfitBatches = training.overfitBatches
    options.limitTrainBatches = training.limitTrainBatches
    options.checkpointEverySteps = training.checkpointEverySteps
    options.accumulateGradBatches = training.accumulateGradBatches
    options.gradientClip = training.clipNorm.map { .norm($0) }
    options.precision = precision
    options.device = try device()
    options.ema = training.ema
    options.earlyStopping = training.earlyStopping.map { EarlyStopping(patience: $0) }
    options.keepBest = training.keepBest
    options.loadBestAtEnd = training.earlyStopping != nil
    options.deterministic = training.deterministic
    options.seed = seed
    options.showsModelSummary = true
    options.showsProfile = true
    return options
  }

  /// The optimizer and the schedule that the recipe asks for.
  func optimization(of model: Module, _ plan: TrainingPlan) -> Optimization {
    let groups = fineTuning.parameterGroups(of: model, decayAll: optimizer.decayBiasesAndNorms)
    let rate = optimizer.learningRate
    let decay = optimizer.weightDecay
    let chosen: Optimizer =
      switch optimizer.name {
      case "adam": Adam(groups, learningRate: rate, weightDecay: decay)
      case "adamw": AdamW(groups, learningRate: rate, weightDecay: decay)
      case "rmsprop": RMSprop(groups, learningRate: rate, momentum: optimizer.momentum, weightDecay: decay)
      case "muon":
        Muon(
          groups, learningRate: rate, momentum: optimizer.momentum, weightDecay: decay, iterations: 3,
          othersFactor: optimizer.othersFactor, othersWeightDecay: optimizer.othersWeightDecay,
          normalizesMatrices: optimizer.normalizeMatrices, dtype: computeType)
      default:
        SGD(
          groups, learningRate: rate, momentum: optimizer.momentum,
          nesterov: optimizer.nesterov && optimizer.momentum > 0, weightDecay: decay)
      }
    return Optimization(chosen, schedule: learningRateSchedule(plan))
  }

  /// Trains a module whose weights are the model's, and leaves in the folder the resolved recipe, what `describe` writes,
  /// checkpoints, records, and the weights.
  ///
  /// In the end the model has the weights that were saved, which an average of them, or the best epoch's, may be, and its
  /// adapters are merged. Of several processes the first alone writes; each has the model.
  ///
  /// - Throws: ``TrainingError``, or what is wrong with the data or the folder.
  func train(
    _ module: TrainingModule, _ model: Module, in folder: URL, resume: Bool, callbacks: [any TrainerCallback],
    on loaders: () throws -> DataLoaders, describe: () throws -> Void
  ) throws -> FitResult {
    let options = try trainerOptions()
    let processes = try ProcessGroup.shared()
    if processes?.isMain ?? true {
      try begin(in: folder, resume: resume)
      try describe()
    }
    let result = try Trainer(options, folder: folder, callbacks: callbacks)
      .fit(module, try loaders(), resume: resume)
    // The file has no adapters: they are in its weights.
    model.mergeLowRankAdapters()
    if processes?.isMain ?? true {
      try model.loadStateDict(StateDict(contentsOf: folder.appendingPathComponent(ModelFolder.weights)))
    }
    try processes?.broadcast(model)
    return result
  }

  /// Makes the run's folder, with the resolved recipe.
  private func begin(in folder: URL, resume: Bool) throws {
    if !resume, let newest = CheckpointFolder(of: folder).newest { throw TrainingError.folderInUse(newest.path) }
    do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
      throw RecipeError(folder.path, "the folder cannot be made: \(error.localizedDescription)")
    }
    try resolved.yaml().write(to: folder.appendingPathComponent("recipe.yaml"), atomically: true, encoding: .utf8)
  }

  private var precision: Precision { Precision(rawValue: training.precision) ?? .auto }

  /// What the networks' products are computed in.
  private var computeType: DType { precision.autocastType(on: (try? device()) ?? .cpu) ?? .float32 }

  private func learningRateSchedule(_ plan: TrainingPlan) -> any Schedule {
    let warmup = plan.steps(epochs: schedule.warmupEpochs)
    if schedule.name == "one_cycle" {
      let share = warmup > 0 ? min(1, Double(warmup) / Double(max(plan.steps, 1))) : 0.3
      return OneCycleSchedule(steps: plan.steps, warmUpShare: share)
    }
    let rest = max(plan.steps - warmup, 1)
    let main: any Schedule =
      switch schedule.name {
      case "cosine": CosineSchedule(steps: rest)
      case "linear": LinearSchedule(steps: rest)
      case "polynomial": PolynomialSchedule(steps: rest, power: schedule.power)
      case "step":
        StepSchedule(every: plan.stepsPerEpoch * schedule.stepEpochs, gamma: schedule.gamma, startingAt: warmup)
      case "multi_step":
        MultiStepSchedule(
          milestones: schedule.milestones.map { $0 * plan.stepsPerEpoch - warmup }, gamma: schedule.gamma)
      case "plateau":
        PlateauSchedule(
          isLargerBetter: Monitor(monitor).isLargerBetter, gamma: schedule.gamma, patience: schedule.stepEpochs)
      default: ConstantSchedule()
      }
    return warmup > 0 ? WarmUp(steps: warmup, then: main) : main
  }
}
