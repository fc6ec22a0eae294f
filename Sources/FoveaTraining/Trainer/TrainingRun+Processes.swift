import FoveaData
import Torch

// Several processes that train together, each on its share of the batches. All of them stand at the same step, with the same
// weights; whatever waits for the others is called by all, in the same order.
extension TrainingRun {
  /// Whether this process writes files and messages: the first of several, or the only one.
  public var isMain: Bool { processes?.isMain ?? true }

  /// Runs `body`; where it fails in one process, it fails in all. It must not wait for the others itself.
  func together<Value>(_ body: () throws -> Value) throws -> Value {
    guard let processes else { return try body() }
    let result = Result(catching: body)
    let mark: Int = if case .failure = result { processes.rank + 1 } else { 0 }
    let failed = try processes.maximum([mark])[0]
    let value = try result.get()
    guard failed == 0 else { throw TrainingError.otherProcess(failed - 1) }
    return value
  }

  /// What `body` gives in process 0, which alone runs it.
  func onMain<Value: Codable>(_ body: () throws -> Value) throws -> Value {
    guard let processes else { return try body() }
    let value = try together { try isMain ? body() : nil }
    guard let found = try processes.broadcast(value: value) else { throw TrainingError.otherProcess(0) }
    return found
  }

  /// Makes sure that all processes are at the same place of the same plan, with process 0's weights.
  func meet() throws {
    guard let processes else { return }
    let place = [
      "step": state.step, "epoch": state.epoch, "batch": state.batch, "batches per epoch": batchesPerEpoch,
      "parameters": module.parameterCount(), "trained parameters": optimizer.namedParameters.count,
    ].sorted { $0.key < $1.key }
    let most = try processes.maximum(place.map(\.value))
    let least = try processes.maximum(place.map { -$0.value }).map { -$0 }
    for ((name, _), (least, most)) in zip(place, zip(least, most)) where least != most {
      throw TrainingError.processesDiffer(name, least, most)
    }
    try shareWeights()
    for (_, tensor) in average?.weights ?? StateDict() { try processes.broadcast(tensor) }
  }

  /// Gives all processes process 0's parameters and buffers. Parameters are the same after each step; the running means of
  /// normalisations are not.
  func shareWeights() throws { try processes?.broadcast(module) }

  /// What averages gradients; nil in a single process. Each epoch has its own, as parameters may be frozen between them.
  func makeReducer() throws -> GradientReducer? {
    guard let processes else { return nil }
    let order = module.namedParameters().enumerated().map { (ObjectIdentifier($1.parameter), $0) }
    let places = Dictionary(uniqueKeysWithValues: order)
    func place(_ parameter: Parameter) -> Int { places[ObjectIdentifier(parameter), default: .max] }
    return try GradientReducer(
      of: optimizer.namedParameters.sorted { place($0.parameter) < place($1.parameter) }, in: processes)
  }

  /// Why the run should end now; nil while it should go on. A reason that one process has is all processes'.
  func reasonToStop() throws -> StopReason? {
    let own = ownReasonToStop
    guard let processes else { return own }
    let reasons: [StopReason] = [.interrupted, .callback, .maxSteps, .maxEpochs, .earlyStopping, .maxTime]
    let marks = try processes.maximum(reasons.map { $0 == own ? 1 : 0 })
    return zip(reasons, marks).first { $1 > 0 }?.0
  }

  /// The states of the generators that this run draws from, by device; on the CPU, those of all processes.
  func randomStates() throws -> StateDict {
    var states = StateDict()
    if device != .cpu { states["\(device)"] = Generator.default(for: device).state }
    guard let processes else {
      states["cpu"] = Generator.default().state
      return states
    }
    let all = try processes.gather(Generator.default().state)
    for rank in 0..<processes.count { states[Self.randomName(rank)] = all[rank] }
    return states
  }

  /// Goes on with the generators' states of a checkpoint.
  func restoreRandomStates(_ states: StateDict) throws {
    if let own = states[Self.randomName(processes?.rank ?? 0)] { try Generator.default().restore(own) }
    for (name, state) in states {
      // A device that is not there any more draws nothing.
      if let device = try? Device(name), device != .cpu { try Generator.default(for: device).restore(state) }
    }
  }

  private static func randomName(_ rank: Int) -> String { rank == 0 ? "cpu" : "cpu.\(rank)" }
}
