import Foundation
import FoveaData
import Torch

/// The options of a training by the names that Hugging Face's `TrainingArguments` has for them, with its defaults.
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
  public var warmupSteps = 0
  /// The share of all steps that is warm-up, where `warmupSteps` is 0.
  public var warmupRatio = 0.0
  public var labelSmoothingFactor = 0.0

  public var bf16 = false
  public var seed: UInt64 = 42
  public var dataloaderNumWorkers = 2
  public var dataloaderDropLast = false

  public var loggingSteps = 500
  /// When to validate: after each epoch, or every `evalSteps`.
  public var evalStrategy = IntervalStrategy.epoch
  public var evalSteps = 500
  /// When to save a checkpoint, beside those after each validation: after each epoch, or every `saveSteps`.
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
  public var disableTqdm = false

  public init(outputDir: URL? = nil) { self.outputDir = outputDir }

  /// How the learning rate goes after the warm-up.
  public enum SchedulerType: String, Sendable, CaseIterable { case linear, cosine, constant }

  /// When something happens.
  public enum IntervalStrategy: String, Sendable, CaseIterable { case steps, epoch }

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
    options.logEverySteps = loggingSteps
    options.seed = seed
    options.showsProgress = !disableTqdm
    return options
  }

  /// Loaders of two sets, the first of them shuffled.
  ///
  /// - Parameters:
  ///   - trainTransform: changes each training sample; nil does what `transform` does.
  ///   - transform: changes each sample of the evaluation.
  public func loaders(
    train: any Dataset, evaluation: (any Dataset)? = nil, trainTransform: (any Transform)? = nil,
    transform: (any Transform)? = nil
  ) -> DataLoaders {
    DataLoaders(
      train: DataLoader(
        train, batchSize: perDeviceTrainBatchSize, shuffle: true, dropLast: dataloaderDropLast,
        transform: trainTransform ?? transform, seed: seed, threads: dataloaderNumWorkers),
      validation: evaluation.map {
        DataLoader(
          $0, batchSize: perDeviceEvalBatchSize, transform: transform, seed: seed, threads: dataloaderNumWorkers)
      })
  }

  /// AdamW and its schedule, for a model.
  public func optimization(of model: Module, _ plan: TrainingPlan) -> Optimization {
    let optimizer = AdamW(
      model.groupsWithoutNormDecay, learningRate: learningRate, beta1: adamBeta1, beta2: adamBeta2,
      epsilon: adamEpsilon, weightDecay: weightDecay)
    let warmUp = warmupSteps > 0 ? warmupSteps : Int((warmupRatio * Double(plan.steps)).rounded(.up))
    let rest = max(1, plan.steps - warmUp)
    let schedule: any Schedule =
      switch lrSchedulerType {
      case .linear: LinearSchedule(steps: rest)
      case .cosine: CosineSchedule(steps: rest)
      case .constant: ConstantSchedule()
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
  public convenience init(_ model: Layer, classes: Int, arguments: TrainingArguments) {
    self.init(model, classes: classes, labelSmoothing: arguments.labelSmoothingFactor) { model, plan in
      arguments.optimization(of: model, plan)
    }
  }
}
