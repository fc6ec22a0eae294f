import Foundation
import Torch

/// Trains modules.
///
/// ```swift
/// var options = TrainerOptions(maxEpochs: 10, monitor: Monitor("accuracy"))
/// options.gradientClip = .norm(1)
/// let trainer = Trainer(options, folder: URL(filePath: "runs/first"))
/// let result = try trainer.fit(module, DataLoaders(train: training, validation: validation))
/// print(result.metrics["accuracy"] ?? .nan, result.reason)
/// ```
/// With a folder, the run leaves `metrics.csv`, TensorBoard's events, checkpoints and `model.safetensors` there, and can be
/// resumed: killed at any moment and resumed, a deterministic run ends with the same weights, to the bit.
///
/// **Several processes** train together where a launcher's environment variables say so (`ProcessEnvironment`). Each learns
/// from its share of the batches, so a step learns from as many batches as there are processes; gradients are averaged. The
/// first process validates, records and saves; what stops one stops all. They read the same folder when they resume.
public final class Trainer {
  /// How it trains.
  public let options: TrainerOptions
  /// Where runs are recorded and saved; nil for neither.
  public let folder: URL?
  /// What looks on.
  public let callbacks: [any TrainerCallback]

  /// - Parameter callbacks: what looks on, beside the progress display and the records that the options ask for.
  public init(_ options: TrainerOptions = TrainerOptions(), folder: URL? = nil, callbacks: [any TrainerCallback] = []) {
    options.check()
    self.options = options.resolved
    self.folder = options.fastDevRun ? nil : folder
    var all = callbacks
    if let folder = self.folder { all.append(RunRecords(in: folder)) }
    if options.showsProgress { all.append(ProgressDisplay()) }
    self.callbacks = all
  }

  /// Trains until the options, a callback or Ctrl-C end it.
  ///
  /// - Parameter resume: goes on from the folder's newest checkpoint, where there is one.
  /// - Throws: ``TrainingError``; whatever the data, the module or a callback throw.
  @discardableResult
  public func fit(_ module: TrainingModule, _ data: any DataModule, resume: Bool = false) throws -> FitResult {
    let processes = try ProcessGroup.shared()
    return try withDeterminism(inProcess: processes?.rank ?? 0) {
      let run = try TrainingRun(
        module, data, options: options, folder: folder, callbacks: callbacks(for: processes), processes: processes)
      do {
        try run.together { try resume ? run.resume() : run.begin() }
        try run.start()
        try run.checkSanity()
        while try run.reasonToStop() == nil { try run.epoch() }
        return try run.finish()
      } catch {
        for callback in run.callbacks { callback.onException(run, error: error) }
        throw error
      }
    }
  }

  /// Validates a module as it is, on the data's validation set; without one, throws.
  public func validate(_ module: TrainingModule, _ data: any DataModule) throws -> [String: Double] {
    guard let loader = try data.validationLoader() else { throw TrainingError.data("there is no validation set") }
    return try evaluate(module, loader)
  }

  /// Validates a module as it is, on the data's test set; without one, throws.
  public func test(_ module: TrainingModule, _ data: any DataModule) throws -> [String: Double] {
    guard let loader = try data.testLoader() else { throw TrainingError.data("there is no test set") }
    return try evaluate(module, loader)
  }

  private func evaluate(_ module: TrainingModule, _ loader: any BatchSource) throws -> [String: Double] {
    let device = options.device ?? .auto
    module.to(device)
    let validation = Validation(
      module: module, device: device, precision: options.precision, channelsLast: options.usesChannelsLast(module))
    return try validation.run(over: loader, limit: options.limitValidationBatches ?? .max)
  }

  /// Those that look on in this process: records and progress are the first one's.
  private func callbacks(for processes: ProcessGroup?) -> [any TrainerCallback] {
    guard let processes, !processes.isMain else { return callbacks }
    return callbacks.filter { !($0 is RunRecords || $0 is ProgressDisplay) }
  }

  /// Runs `body` with the seed and with the operators that the options ask for. Each process draws other numbers.
  private func withDeterminism<Result>(inProcess rank: Int, _ body: () throws -> Result) rethrows -> Result {
    let before = Machine.isDeterministic
    Machine.isDeterministic = before || options.deterministic
    defer { Machine.isDeterministic = before }
    if let seed = options.seed { seedAll(seed &+ UInt64(rank)) }
    return try body()
  }
}

/// How a training ended.
public struct FitResult: Sendable {
  /// Why.
  public let reason: StopReason
  /// Where the run stands.
  public let state: TrainingState
  /// The metrics of the last validation, by name.
  public let metrics: [String: Double]
  /// The last checkpoint; nil without a folder.
  public let checkpoint: URL?
  /// What could not be read and was left out.
  public let skipped: SkippedSamples
  /// Where the time went, that before a resumption included.
  public let times: PhaseTimes
}

extension TrainerOptions {
  /// With what `fastDevRun` and `overfitBatches` imply.
  var resolved: TrainerOptions {
    var options = self
    if fastDevRun {
      (options.maxEpochs, options.maxSteps, options.limitTrainBatches, options.limitValidationBatches) = (1, nil, 1, 1)
      (options.sanityValidationBatches, options.validateEverySteps, options.checkpointEverySteps) = (0, nil, nil)
      options.earlyStopping = nil
    }
    if overfitBatches > 0 {
      options.limitTrainBatches = overfitBatches
      options.limitValidationBatches = overfitBatches
    }
    return options
  }

  /// - Precondition: counts are positive, and numbers have a sense.
  fileprivate func check() {
    for (name, value) in [
      ("accumulateGradBatches", accumulateGradBatches), ("logEverySteps", logEverySteps), ("keepBest", keepBest),
      ("validateEverySteps", validateEverySteps ?? 1), ("checkpointEverySteps", checkpointEverySteps ?? 1),
    ] { precondition(value > 0, "TrainerOptions.\(name) is \(value); it must be at least 1") }
    precondition(overfitBatches >= 0, "TrainerOptions.overfitBatches is \(overfitBatches)")
  }

  func usesChannelsLast(_ module: Module) -> Bool {
    channelsLast ?? module.parameters().contains { $0.value.rank == 4 }
  }
}
