import Foundation
import FoveaData
import FoveaTraining
import Testing
import Torch

/// When a run validates, what it keeps by that, and when it ends for it.
extension TrainerTests.OptionTests {
  @Test func sanityValidationComesFirst() throws {
    struct Broken: Error {}
    let module = CountingModule { throw Broken() }
    #expect(throws: Broken.self) { try fit(quietOptions(), module) }
    #expect(recorder.events == ["fit start", "exception"])
  }

  @Test func anUnknownMonitorIsNamedBeforeTraining() throws {
    var options = quietOptions()
    options.monitor = Monitor("acuracy")
    let error = #expect(throws: TrainingError.self) { try fit(options) }
    #expect("\(try #require(error))".contains("accuracy, f1_macro, loss"))
    #expect(recorder.losses.isEmpty)
  }

  @Test func validationAndCheckpointsCanComeBySteps() throws {
    let folder = try TemporaryFolder()
    var options = quietOptions(epochs: 1)
    options.validateEverySteps = 4
    options.checkpointEverySteps = 1
    try fit(options, folder: folder.url)
    #expect(recorder.events.count { $0 == "validation" } == 1)
    #expect(recorder.stepsAtSave == [1, 2, 3, 4, 5, 6])
    #expect(CheckpointFolder(of: folder.url).steps == [4, 5, 6])  // the best, and the two newest
  }

  @Test func theBestCheckpointsAreKept() throws {
    let folder = try TemporaryFolder()
    var options = quietOptions(epochs: 6)
    options.monitor = Monitor("val_score")
    options.keepBest = 2
    let module = ScriptedModule(scores: [3, 9, 1, 8, 2, 4])
    let data = DataLoaders(train: NoisyColors(count: 1), validation: NoisyColors(count: 1))
    let result = try fit(options, module, data, folder: folder.url)
    #expect(result.state.best.map(\.value) == [9, 8])
    #expect(CheckpointFolder(of: folder.url).steps == [2, 4, 5, 6])
    let best = try Checkpoint(contentsOf: CheckpointFolder(of: folder.url).file(step: 2))
    let saved = try StateDict(contentsOf: folder.url.appendingPathComponent("model.safetensors"))
    #expect(bits(saved) == bits(best.weights))
    #expect(bits(saved) != bits(module.stateDict()))
  }

  @Test func adaptersOfTheBestCheckpointAreMerged() throws {
    let folder = try TemporaryFolder()
    var options = quietOptions(epochs: 3)
    options.monitor = Monitor("score")
    let module = ScriptedModule(scores: [3, 9, 1])
    module.addLowRankAdapters(rank: 2, alpha: 4)
    let data = DataLoaders(train: NoisyColors(count: 1), validation: NoisyColors(count: 1))
    try fit(options, module, data, folder: folder.url)
    let saved = try StateDict(contentsOf: folder.url.appendingPathComponent("model.safetensors"))
    #expect(Set(saved.keys) == ["layer.weight", "layer.bias"])
    let best = try Checkpoint(contentsOf: CheckpointFolder(of: folder.url).file(step: 2)).weights
    let (a, b) = (try #require(best["layer.adapter.lora_a"]), try #require(best["layer.adapter.lora_b"]))
    let weight = try #require(best["layer.weight"])
    let merged = try #require(saved["layer.weight"])
    #expect(merged.isClose(to: weight + b.matmul(a) * 2, absolute: 1e-6) && !merged.isEqual(to: weight))
  }

  @Test func earlyStoppingEnds() throws {
    var options = quietOptions(epochs: 10)
    options.monitor = Monitor("score")
    options.earlyStopping = EarlyStopping(patience: 2, minDelta: 0.5)
    // 3.3 and 3.4 are better than 3, but not by enough; 3.6 is.
    let module = ScriptedModule(scores: [3, 3.3, 3.6, 3.4, 3.9, 5, 6])
    let data = DataLoaders(train: NoisyColors(count: 1), validation: NoisyColors(count: 1))
    let result = try fit(options, module, data)
    #expect(result.reason == .earlyStopping && result.state.epoch == 5)
  }

  @Test func aPlateauScheduleHearsTheMetric() throws {
    var options = quietOptions(epochs: 5)
    options.monitor = Monitor("score")
    let module = ScriptedModule(
      scores: [3, 2, 1, 1, 1], schedule: PlateauSchedule(isLargerBetter: true, gamma: 0.1, patience: 0))
    try fit(options, module, DataLoaders(train: NoisyColors(count: 1), validation: NoisyColors(count: 1)))
    let expected = [0.01, 0.01, 0.001, 1e-4, 1e-5]
    #expect(recorder.rates.count == 5)
    for (rate, wanted) in zip(recorder.rates, expected) { #expect(abs(rate - wanted) < 1e-12) }
  }
}
