import Foundation
import Torch

extension TrainingRun {
  /// The name of a run's trained weights, in its folder.
  public static let weightsName = "model.safetensors"

  private var checkpoints: CheckpointFolder? { folder.map(CheckpointFolder.init(of:)) }

  /// Starts from the beginning.
  func begin() throws {
    if let checkpoints, let newest = checkpoints.newest { throw TrainingError.folderInUse(newest.path) }
  }

  /// Goes on from the newest checkpoint that can be read; from the beginning where there is none.
  func resume() throws {
    guard let checkpoints, let (checkpoint, file, damaged) = try checkpoints.load() else { return try begin() }
    for problem in damaged where isMain {
      try? FileHandle.standardError.write(contentsOf: Data("skipped: \(problem)\n".utf8))
    }
    if let difference = fingerprintDifference(from: checkpoint.state) {
      throw TrainingError.otherRun(file: file.path, problem: difference)
    }
    try module.loadStateDict(checkpoint.weights)
    try optimizer.loadStateDict(checkpoint.optimizer)
    if let average { try average.loadStateDict(checkpoint.average) }
    try restoreRandomStates(checkpoint.random)
    let began = state.started
    state = checkpoint.state
    state.started = state.started ?? began
    times = state.times ?? times
    schedule.state = state.schedule
    state.best.removeAll { !FileManager.default.fileExists(atPath: checkpoints.file(step: $0.step).path) }
    for callback in callbacks {
      if let saved = state.callbacks["\(type(of: callback))"] { callback.state = saved }
    }
    savedStep = state.step
    isResumed = true
  }

  /// Makes the rest ready, once it is clear where the run stands.
  func start() throws {
    try meet()
    try together {
      if let folder, isMain { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
      for callback in callbacks { try callback.onFitStart(self) }
    }
  }

  private func fingerprintDifference(from saved: TrainingState) -> String? {
    // Checkpoints from before several processes could train together do not say that there was one.
    let before = ["processes": 1].merging(saved.fingerprint) { $1 }
    for (name, value) in state.fingerprint.sorted(by: { $0.key < $1.key }) where before[name] != value {
      return "was made with \(before[name].map(String.init) ?? "unknown") \(name), but now there are \(value)"
    }
    if saved.optimizer != state.optimizer {
      return "was made with \(saved.optimizer), but now the optimizer is \(state.optimizer)"
    }
    return nil
  }

  /// Saves where the run stands, and the weights if they are the best so far.
  func save() throws {
    guard let checkpoints, options.savesCheckpoints else { return }
    try timed(.checkpoint) {
      let random = try randomStates()
      try together { if isMain { try save(checkpoint(random: random), in: checkpoints) } }
      savedStep = state.step
    }
  }

  private func save(_ checkpoint: Checkpoint, in checkpoints: CheckpointFolder) throws {
    let file = try checkpoints.save(checkpoint)
    if validationSource == nil || state.best.first?.step == state.step { try write(presentWeights) }
    checkpoints.prune(keeping: state.best.map(\.step))
    for callback in callbacks { try callback.onSaveCheckpoint(self, file: file) }
  }

  private func checkpoint(random: StateDict) -> Checkpoint {
    state.schedule = schedule.state
    state.times = times
    for callback in callbacks where !callback.state.isEmpty {
      state.callbacks["\(type(of: callback))"] = callback.state
    }
    return Checkpoint(
      state: state, weights: module.stateDict(), optimizer: optimizer.stateDict(),
      average: average?.stateDict() ?? StateDict(), random: random)
  }

  /// Ends the run: a last validation where training was cut off on purpose, a last checkpoint, the best weights.
  func finish() throws -> FitResult {
    let reason = try reasonToStop() ?? .maxEpochs
    if [.maxSteps, .maxTime].contains(reason), state.validatedStep != state.step { try validate() }
    if savedStep != state.step { try save() }
    try together { if isMain { try leaveWeights() } }
    try shareWeights()
    for callback in callbacks { try callback.onFitEnd(self, reason: reason) }
    return FitResult(
      reason: reason, state: state, metrics: state.lastMetrics, checkpoint: checkpoints?.newest, skipped: skipped,
      times: times)
  }

  /// Writes the best weights, and gives the model them if that was asked for.
  private func leaveWeights() throws {
    let weights = try bestWeights()
    try write(weights)
    if options.loadBestAtEnd { try module.trainedModel.loadStateDict(weights) }
  }

  /// The trained model's present weights: averaged ones where there are.
  private var presentWeights: StateDict { average?.weights ?? module.trainedModel.stateDict() }

  /// Those of the best validation; the present ones where none was kept.
  private func bestWeights() throws -> StateDict {
    guard let checkpoints, options.savesCheckpoints, let best = state.best.first, best.step != state.step else {
      return presentWeights
    }
    let checkpoint = try Checkpoint(contentsOf: checkpoints.file(step: best.step))
    if average != nil { return checkpoint.average.mapKeys { $0 == "ema.updates" ? nil : $0 } }
    let name = module.namedModules().first { $0.module === module.trainedModel }?.name ?? ""
    let prefix = name.isEmpty ? "" : name + "."
    return checkpoint.weights.mapKeys { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : nil }
  }

  /// Writes the run's weights, whose adapters are taken into the layers: at any moment they are those of the network that
  /// the folder describes.
  private func write(_ weights: StateDict) throws {
    guard let folder else { return }
    try module.trainedModel.weightsWithAdapters(weights).write(to: folder.appendingPathComponent(Self.weightsName))
  }
}
