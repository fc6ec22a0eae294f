import Foundation
import FoveaData
import Torch

/// The options of a training by the names that Hugging Face's `TrainingArguments` has for them, with its defaults.
///
/// Four differ on purpose: it validates and saves after each epoch (there: never, and every 500 steps), as a run that shows no
/// metrics teaches nothing; it keeps one best checkpoint beside the two newest (there: all), for the disk; and two threads
/// load images (there: none beside the one that trains), which changes no result.
///
/// ```swift
/// var arguments = TrainingArguments(outputDir: URL(filePath: "runs/vit"))
/// arguments.learningRate = 2e-5
/// arguments.warmupRatio = 0.1
/// let module = ClassificationModule(model, classes: 10, arguments: arguments)
/// let data = arguments.loaders(train: trainSet, evaluation: testSet, transform: .imageNetEvaluation(size: 224))
/// let result = try Trainer(arguments).fit(module, data)
/// ```
public struct TrainingArguments: Sendable {
  /// The run's folder; nil records and saves nothing.
  public var outputDir: URL?
  public var numTrainEpochs = 3
  /// The optimizer's steps; -1 leaves the end to `numTrainEpochs`.
  public var maxSteps = -1
  public var perDeviceTrainBatchSize = 8
  public var perDeviceEvalBatchSize = 8
  public var gradientAccumulationSteps = 1

  /// AdamW's highest learning rate.
  public var learningRate = 5e-5
  /// Of all but biases and the scales of normalisations.
  public var weightDecay = 0.0
  public var adamBeta1 = 0.9
  public var adamBeta2 = 0.999
  public var adamEpsilon = 1e-8
  /// The largest norm of all gradients together; 0 leaves them as they are.
  public var maxGradNorm = 1.0
  public var lrSchedulerType = SchedulerType.linear
  public var optim = OptimizerName.adamwTorchFused
  public var warmupSteps = 0
  /// The share of all steps that is warm-up, where `warmupSteps` is 0. From version 5 on, transformers has `warmup_steps`
  /// below 1 in its place.
  public var warmupRatio = 0.0
  public var labelSmoothingFactor = 0.0

  public var bf16 = false
  public var seed: UInt64 = 42
  /// Threads that load images; nothing but the time depends on it.
  public var dataloaderNumWorkers = 2
  public var dataloaderDropLast = false

  /// When a row is logged, beside the one of each epoch: every `loggingSteps`.
  public var loggingStrategy = IntervalStrategy.steps
  public var loggingSteps = 500
  /// When to validate: never, after each epoch, or every `evalSteps`.
  public var evalStrategy = IntervalStrategy.epoch
  public var evalSteps = 500
  /// When to save a checkpoint, beside those after each validation: never, not even then; after each epoch; or every
  /// `saveSteps`. The trained weights are saved in the end whatever it is.
  public var saveStrategy = IntervalStrategy.epoch
  public var saveSteps = 500
  /// How many of the best checkpoints are kept, beside the two newest.
  public var saveTotalLimit = 1
  public var loadBestModelAtEnd = false
  public var metricForBestModel = "loss"
  /// Nil takes losses and errors to be better when smaller, all else when larger.
  public var greaterIsBetter: Bool?
  /// Validations without progress before the run ends: Hugging Face's `EarlyStoppingCallback`; nil goes on.
  public var earlyStoppingPatience: Int?
  /// Goes on from the newest checkpoint in `outputDir`, where there is one.
  public var resumeFromCheckpoint = false
  public var disableTqdm = false

  /// What Hugging Face's users take from `peft`, and from code of their own: LoRA, freezing, layer-wise decay.
  public var fineTuning = FineTuningRecipe()
  /// Computes blocks twice in place of keeping what is in them.
  public var gradientCheckpointing: Bool {
    get { fineTuning.gradientCheckpointing }
    set { fineTuning.gradientCheckpointing = newValue }
  }

  public init(outputDir: URL? = nil) { self.outputDir = outputDir }

  /// How the learning rate goes after the warm-up.
  public enum SchedulerType: String, Sendable, CaseIterable {
    case linear, cosine, polynomial, constant
    case constantWithWarmup = "constant_with_warmup"
    case reduceOnPlateau = "reduce_lr_on_plateau"
  }

  /// What changes the weights. AdamW is one kernel for all weights by either name.
  public enum OptimizerName: String, Sendable, CaseIterable {
    case adamwTorchFused = "adamw_torch_fused"
    case adamwTorch = "adamw_torch"
    case sgd
    case rmsprop
  }

  /// When something happens.
  public enum IntervalStrategy: String, Sendable, CaseIterable { case no, steps, epoch }

  /// The same as the trainer's own options.
  public var trainerOptions: TrainerOptions {
    var options = TrainerOptions(
      maxEpochs: maxSteps > 0 ? maxSteps : numTrainEpochs,
      monitor: Monitor(metricForBestModel, isLargerBetter: greaterIsBetter))
    options.maxSteps = maxSteps > 0 ? maxSteps : nil
    options.accumulateGradBatches = gradientAccumulationSteps
    options.gradientClip = maxGradNorm > 0 ? .norm(maxGradNorm) : nil
    options.precision = bf16 ? .bf16 : .fp32
    options.validateEverySteps = evalStrategy == .steps ? evalSteps : nil
    options.checkpointEverySteps = saveStrategy == .steps ? saveSteps : nil
    options.keepBest = saveTotalLimit
    options.loadBestAtEnd = loadBestModelAtEnd
    options.earlyStopping = earlyStoppingPatience.map { EarlyStopping(patience: $0) }
    options.savesCheckpoints = saveStrategy != .no
    options.logEverySteps = loggingStrategy == .steps ? loggingSteps : .max
    options.seed = seed
    options.showsProgress = !disableTqdm
    return options
  }

  /// Loaders of two sets, the first of them shuffled.
  ///
  /// - Parameters:
  ///   - trainTransform: changes each training sample; nil does what `transform` does.
  ///   - transform: changes each sample of the evaluation, of which there is none where `evalStrategy` is `.no`.
  public func loaders(
    train: any Dataset, evaluation: (any Dataset)? = nil, trainTransform: (any Transform)? = nil,
    transform: (any Transform)? = nil
  ) -> DataLoaders {
    DataLoaders(
      train: DataLoader(
        train, batchSize: perDeviceTrainBatchSize, shuffle: true, dropLast: dataloaderDropLast,
        transform: trainTransform ?? transform, seed: seed, threads: dataloaderNumWorkers),
      validation: (evalStrategy == .no ? nil : evaluation).map {
        DataLoader(
          $0, batchSize: perDeviceEvalBatchSize, transform: transform, seed: seed, threads: dataloaderNumWorkers)
      })
  }

  /// The optimizer and its schedule, for a model: for the parameters that are trainable.
  public func optimization(of model: Module, _ plan: TrainingPlan) -> Optimization {
    let groups = fineTuning.parameterGroups(of: model)
    let optimizer: Optimizer =
      switch optim {
      case .adamwTorchFused, .adamwTorch:
        AdamW(
          groups, learningRate: learningRate, beta1: adamBeta1, beta2: adamBeta2, epsilon: adamEpsilon,
          weightDecay: weightDecay)
      case .sgd: SGD(groups, learningRate: learningRate, weightDecay: weightDecay)
      case .rmsprop: RMSprop(groups, learningRate: learningRate, weightDecay: weightDecay)
      }
    let asked = warmupSteps > 0 ? warmupSteps : Int((warmupRatio * Double(plan.steps)).rounded(.up))
    let warmUp = [.constant, .reduceOnPlateau].contains(lrSchedulerType) ? 0 : asked
    let rest = max(1, plan.steps - warmUp)
    let schedule: any Schedule =
      switch lrSchedulerType {
      case .linear: LinearSchedule(steps: rest)
      case .cosine: CosineSchedule(steps: rest)
      case .polynomial: PolynomialSchedule(steps: rest, power: 1)
      case .constant, .constantWithWarmup: ConstantSchedule()
      case .reduceOnPlateau:
        PlateauSchedule(isLargerBetter: Monitor(metricForBestModel, isLargerBetter: greaterIsBetter).isLargerBetter)
      }
    return Optimization(optimizer, schedule: schedule.warmedUp(steps: warmUp))
  }
}

extension Trainer {
  /// A trainer with Hugging Face's options.
  public convenience init(_ arguments: TrainingArguments, callbacks: [any TrainerCallback] = []) {
    self.init(arguments.trainerOptions, folder: arguments.outputDir, callbacks: callbacks)
  }
}

extension ClassificationModule {
  /// A classifier that is trained with Hugging Face's options.
  ///
  /// - Parameter computeMetrics: measures a whole validation, beside the usual metrics.
  public convenience init(
    _ model: Layer, classes: Int, arguments: TrainingArguments,
    computeMetrics: ((EvalPrediction) throws -> [String: Double])? = nil
  ) {
    self.init(
      model, classes: classes, labelSmoothing: arguments.labelSmoothingFactor, computeMetrics: computeMetrics
    ) { model, plan in
      arguments.optimization(of: model, plan)
    }
  }
}
