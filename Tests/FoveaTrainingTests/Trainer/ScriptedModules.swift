import FoveaData
import FoveaTraining
import Torch

/// Does something in each validation step.
final class CountingModule: TrainingModule {
  let layer = Linear(192, 5)
  private let validate: () throws -> Void

  init(validate: @escaping () throws -> Void) { self.validate = validate }

  override func trainingStep(_ batch: Batch) -> StepOutput {
    StepOutput(loss: layer(batch.images.flatten(from: 1)).crossEntropy(batch.labels!), count: batch.count)
  }

  override func validationStep(_ batch: Batch) throws -> StepOutput {
    try validate()
    return trainingStep(batch)
  }

  override func configureOptimizers(_ plan: TrainingPlan) -> Optimization {
    Optimization(SGD(self, learningRate: 0.01))
  }
}

/// Measures a given score in each validation but the sanity check.
final class ScriptedModule: TrainingModule {
  let layer = Linear(192, 5)
  private var scores: [Double]
  private let schedule: any Schedule

  init(scores: [Double], schedule: any Schedule = ConstantSchedule()) {
    self.scores = [0] + scores
    self.schedule = schedule
  }

  override func trainingStep(_ batch: Batch) -> StepOutput {
    StepOutput(loss: layer(batch.images.flatten(from: 1)).crossEntropy(batch.labels!), count: batch.count)
  }

  override func validationMetrics() -> [String: Double] { ["score": scores.isEmpty ? .nan : scores.removeFirst()] }

  override func configureOptimizers(_ plan: TrainingPlan) -> Optimization {
    Optimization(SGD(self, learningRate: 0.01), schedule: schedule)
  }
}
