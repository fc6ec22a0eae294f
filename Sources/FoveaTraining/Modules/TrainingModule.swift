import FoveaData
import Torch

/// A network together with how it is trained: its loss, its metrics, its optimizer. What Lightning calls a
/// `LightningModule`.
///
/// ```swift
/// final class Autoencoder: TrainingModule {
///   let network = Sequential([Linear(784, 32), ReLU(), Linear(32, 784)])
///
///   override func trainingStep(_ batch: Batch) -> StepOutput {
///     let images = batch.images.flatten(from: 1)
///     return StepOutput(loss: network(images).mseLoss(images), count: batch.count)
///   }
///
///   override func configureOptimizers(_ plan: TrainingPlan) -> Optimization {
///     Optimization(AdamW(self, learningRate: 1e-3), schedule: CosineSchedule(steps: plan.steps))
///   }
/// }
/// try Trainer(TrainerOptions(maxEpochs: 10)).fit(Autoencoder(), DataLoaders(train: loader))
/// ```
open class TrainingModule: Module {
  /// The loss of a batch, with gradients, in training mode.
  open func trainingStep(_ batch: Batch) throws -> StepOutput {
    fatalError("\(type(of: self)) does not override trainingStep(_:)")
  }

  /// The loss of a batch, without gradients, in evaluation mode.
  open func validationStep(_ batch: Batch) throws -> StepOutput { try trainingStep(batch) }

  /// Metrics over all batches that ``validationStep(_:)`` has seen since they were last asked for, by name. They stand
  /// beside the means of the steps' own values, and take their place where the names are the same.
  open func validationMetrics() throws -> [String: Double] { [:] }

  /// What changes the parameters, and how fast.
  ///
  /// - Parameter plan: how long the training will be, for schedules that end with it.
  open func configureOptimizers(_ plan: TrainingPlan) throws -> Optimization {
    fatalError("\(type(of: self)) does not override configureOptimizers(_:)")
  }

  /// What is averaged, summarised and saved as the run's `model.safetensors`; this module, unless a subclass wraps one.
  open var trainedModel: Module { self }
}

/// What a step found out about its batch.
public struct StepOutput {
  /// The mean loss of the batch: a tensor of one element.
  public var loss: Tensor
  /// Further means over the batch by their names, such as `accuracy`; tensors of one element.
  public var values: [String: Tensor]
  /// The number of samples, by which means over an epoch are weighted.
  public var count: Int

  public init(loss: Tensor, values: [String: Tensor] = [:], count: Int) {
    self.loss = loss
    self.values = values
    self.count = count
  }
}

/// How long a training will be.
public struct TrainingPlan: Sendable, Hashable {
  /// The optimizer's steps, from the first to the last.
  public let steps: Int
  /// The optimizer's steps an epoch.
  public let stepsPerEpoch: Int

  public init(steps: Int, stepsPerEpoch: Int) {
    self.steps = steps
    self.stepsPerEpoch = stepsPerEpoch
  }

  /// The epochs that it takes, the last of which may be cut short.
  public var epochs: Int { (steps + stepsPerEpoch - 1) / stepsPerEpoch }

  /// The steps that so many epochs take.
  public func steps(epochs: Double) -> Int { Int((epochs * Double(stepsPerEpoch)).rounded()) }
}

/// An optimizer and the course of its learning rate. The optimizer's own learning rate is the highest of the schedule.
public struct Optimization {
  public var optimizer: Optimizer
  public var schedule: any Schedule

  public init(_ optimizer: Optimizer, schedule: any Schedule = ConstantSchedule()) {
    self.optimizer = optimizer
    self.schedule = schedule
  }
}
