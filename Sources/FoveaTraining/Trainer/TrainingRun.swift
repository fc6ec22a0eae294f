import Foundation
import FoveaData
import Torch

/// One training in progress: what it trains, and where it stands. Callbacks are handed this.
public final class TrainingRun {
  /// What is trained.
  public let module: TrainingModule
  /// What changes its parameters.
  public let optimizer: Optimizer
  /// The running average of the weights, if there is one.
  public let average: ExponentialMovingAverage?
  /// How it is trained.
  public let options: TrainerOptions
  /// Where it is recorded and saved; nil for neither.
  public let folder: URL?
  /// Where it computes.
  public let device: Device
  /// The processes that train together; nil for one alone.
  public let processes: ProcessGroup?
  /// The batches of an epoch, of this process.
  public let batchesPerEpoch: Int
  /// How long it will be.
  public let plan: TrainingPlan
  /// Where it stands.
  public internal(set) var state = TrainingState()
  /// Whether it goes on from a checkpoint.
  public internal(set) var isResumed = false
  /// What could not be read and was left out, since this process began with it.
  public internal(set) var skipped = SkippedSamples()
  /// Where the time went, that before a resumption included.
  public internal(set) var times = PhaseTimes()

  var schedule: any Schedule
  let callbacks: [any TrainerCallback]
  let training: any BatchSource
  let validationSource: (any BatchSource)?
  let validation: Validation
  let interrupts: Interrupts?
  /// The step of the newest checkpoint.
  var savedStep = -1

  private var requestedStop: StopReason?
  private let clock = ContinuousClock()
  private var lastTick: ContinuousClock.Instant

  init(
    _ module: TrainingModule, _ data: any DataModule, options: TrainerOptions, folder: URL?,
    callbacks: [any TrainerCallback], processes: ProcessGroup?
  ) throws {
    self.module = module
    self.options = options
    self.folder = folder
    self.callbacks = callbacks
    self.processes = processes
    device = options.device ?? .auto
    if processes != nil, device != .cpu { throw ProcessGroupError.unsupported(device) }
    let all = try data.trainLoader()
    training = processes.map { all.sharded(Shard(rank: $0.rank, count: $0.count)) } ?? all
    validationSource = options.overfitBatches > 0 ? all : try data.validationLoader()
    batchesPerEpoch = min(training.count, options.limitTrainBatches ?? .max)
    guard batchesPerEpoch > 0 else { throw TrainingError.data("there is not a single batch to train on") }

    let channelsLast = options.usesChannelsLast(module)
    module.to(device)
    if channelsLast { module.to(.channelsLast) }
    validation = Validation(
      module: module, device: device, precision: options.precision, channelsLast: channelsLast)
    let stepsPerEpoch = (batchesPerEpoch + options.accumulateGradBatches - 1) / options.accumulateGradBatches
    let (allSteps, isBeyond) = options.maxEpochs.multipliedReportingOverflow(by: stepsPerEpoch)
    plan = TrainingPlan(
      steps: min(options.maxSteps ?? .max, isBeyond ? .max : allSteps), stepsPerEpoch: stepsPerEpoch)
    let optimization = try module.configureOptimizers(plan)
    optimizer = optimization.optimizer
    schedule = optimization.schedule
    average = options.ema.map { ExponentialMovingAverage(of: module.trainedModel, decay: $0) }
    interrupts = options.handlesInterrupts ? Interrupts() : nil
    lastTick = clock.now
    state.started = Date()
    state.baseLearningRate = optimizer.learningRate
    state.optimizer = "\(type(of: optimizer))"
    state.fingerprint = [
      "batches per epoch": batchesPerEpoch, "batches per step": options.accumulateGradBatches,
      "parameters": module.parameterCount(), "averages of the weights": average == nil ? 0 : 1,
      "processes": processes?.count ?? 1,
    ]
  }

  /// Goes through what is left of an epoch.
  func epoch() throws {
    module.trainWhatLearns()
    for callback in callbacks { try callback.onTrainEpochStart(self) }
    let batches = training.batches(
      epoch: options.overfitBatches > 0 ? 0 : state.epoch, startingAt: state.batch)
    let reducer = try makeReducer()
    while state.batch < batchesPerEpoch {
      guard try step(on: batches, reducer) else { continue }
      try afterStep()
      if try reasonToStop() != nil, state.batch < batchesPerEpoch { return }
    }
    try closeEpoch()
  }

  /// Learns from the next batch.
  ///
  /// - Returns: whether the optimizer made a step, which it does after every so many batches.
  private func step(on batches: any BatchStream, _ reducer: GradientReducer?) throws -> Bool {
    optimizer.learningRate = state.baseLearningRate * schedule.factor(at: state.step)
    if let momentum = schedule.momentum(at: state.step) { optimizer.momentum = momentum }

    let first = state.batch - state.batch % options.accumulateGradBatches
    let end = min(first + options.accumulateGradBatches, batchesPerEpoch)
    let (batch, output) = try together { try forward(on: batches) }
    try timed(.backward) {
      let loss = end - first > 1 ? output.loss / (end - first) : output.loss
      if let reducer, state.batch + 1 == end { try reducer.backward(loss) } else { loss.backward() }
    }
    state.batch += 1
    for callback in callbacks { try callback.onTrainBatchEnd(self, output: output, batch: batch) }
    guard state.batch == end else { return false }

    timed(.optimizer) {
      switch options.gradientClip {
      case .norm(let limit): clipGradNorm(of: optimizer.namedParameters.map(\.parameter), maxNorm: limit)
      case .value(let limit): clipGradValue(of: optimizer.namedParameters.map(\.parameter), limit: limit)
      case nil: break
      }
      optimizer.step()
      optimizer.zeroGrad()
      average?.update()
    }
    state.step += 1
    return true
  }

  /// Takes the next batch, and finds its loss.
  private func forward(on batches: any BatchStream) throws -> (Batch, StepOutput) {
    let batch = try timed(.data) { try batches.nextBatch()?.moved(to: device, validation.channelsLast) }
    guard let batch else {
      throw TrainingError.data("epoch \(state.epoch) ended at batch \(state.batch) of \(training.count)")
    }
    skipped.add(batch.skipped)
    let output = try timed(.forward) {
      try withAutocast(options.precision.autocastType(on: device), on: device) { try module.trainingStep(batch) }
    }
    try note(output, of: batch)
    return (batch, output)
  }

  /// Takes a batch's numbers into the means; a loss that is not finite ends the run before it can spoil the weights.
  private func note(_ output: StepOutput, of batch: Batch) throws {
    let numbers = output.numbers
    let loss = numbers["loss"] ?? .nan
    guard loss.isFinite else {
      throw TrainingError.nonFiniteLoss(
        .init(
          value: loss, epoch: state.epoch, batch: state.batch, indices: batch.indices,
          learningRate: optimizer.learningRate,
          lastCheckpoint: folder.flatMap { CheckpointFolder(of: $0).newest?.path }))
    }
    for (name, value) in numbers { state.epochMeans[name, default: .init()].add(value, weight: output.count) }
    state.recentLoss.add(loss, weight: output.count)
  }

  /// What is due between two steps of an epoch: a row of the log, a validation, a checkpoint.
  private func afterStep() throws {
    if state.step.isMultiple(of: options.logEverySteps), let loss = state.recentLoss.value {
      state.recentLoss = .init()
      try log(["loss/step": loss, "learning_rate": optimizer.learningRate])
    }
    guard state.batch < batchesPerEpoch else { return }  // the end of the epoch will see to the rest
    if let every = options.validateEverySteps, state.step.isMultiple(of: every) {
      try validate()
      try save()
    } else if let every = options.checkpointEverySteps, state.step.isMultiple(of: every) {
      try save()
    }
  }

  /// Ends an epoch: means, validation, checkpoint.
  private func closeEpoch() throws {
    let means = state.epochMeans.compactMapValues(\.value)
    for callback in callbacks { try callback.onTrainEpochEnd(self, metrics: means) }
    tick()
    var row = Dictionary(uniqueKeysWithValues: means.map { ("\($0.key)/train", $0.value) })
    row["seconds"] = state.seconds
    if !skipped.reasons.isEmpty { row["skipped"] = Double(skipped.reasons.count) }
    try log(row)
    if options.validateEverySteps.map({ state.step.isMultiple(of: $0) }) ?? true { try validate() }
    state.epoch += 1
    state.batch = 0
    state.epochMeans = [:]
    try save()
  }

  /// Hands numbers to whatever records them.
  public func log(_ values: [String: Double]) throws {
    for callback in callbacks { try callback.onLog(self, values: values) }
  }

  /// Ends the run after the present step.
  public func stop(_ reason: StopReason = .callback) { requestedStop = requestedStop ?? reason }

  /// Whether Ctrl-C, or SIGTERM, has asked for an orderly end.
  public var isInterrupted: Bool { interrupts?.isRequested ?? false }

  /// The mean loss since the last row of the log.
  public var recentLoss: Double? { state.recentLoss.value }

  /// Why this process would end the run now; nil while it would go on.
  var ownReasonToStop: StopReason? {
    tick()
    if isInterrupted { return .interrupted }
    if let requestedStop { return requestedStop }
    if let most = options.maxSteps, state.step >= most { return .maxSteps }
    if state.epoch >= options.maxEpochs { return .maxEpochs }
    if let stopping = options.earlyStopping, state.badValidations >= stopping.patience { return .earlyStopping }
    if let most = options.maxTime, state.seconds >= most / .seconds(1) { return .maxTime }
    return nil
  }

  /// Adds the time since the last call to the run's.
  private func tick() {
    let now = clock.now
    state.seconds += (now - lastTick) / .seconds(1)
    lastTick = now
  }

  func timed<Result>(_ phase: PhaseTimes.Phase, _ body: () throws -> Result) rethrows -> Result {
    let start = clock.now
    defer { times.add(clock.now - start, to: phase) }
    return try body()
  }
}
