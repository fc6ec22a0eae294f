import Foundation
import FoveaData
import FoveaTraining
import Testing
import Torch

extension TrainerTests {
  /// A run that stops and goes on is the run that never stopped.
  @Suite struct ResumeTests {
    /// Everything that has a state: dropout, momentum, an average, a plateau, early stopping, accumulated gradients.
    static func options() -> TrainerOptions {
      var options = quietOptions(epochs: 4)
      options.deterministic = true
      options.accumulateGradBatches = 2
      options.ema = 0.9
      options.gradientClip = .norm(1)
      options.monitor = Monitor("accuracy")
      options.earlyStopping = EarlyStopping(patience: 50)
      options.checkpointEverySteps = 2
      options.logEverySteps = 1
      options.keepBest = 2
      return options
    }

    static func module() -> ClassificationModule {
      tinyModule(
        dropout: 0.3, schedule: PlateauSchedule(isLargerBetter: true, gamma: 0.5, patience: 0).warmedUp(steps: 3))
    }

    /// The rows of `metrics.csv` without the time that was taken.
    static func rows(of folder: URL) throws -> [String] {
      try MetricsTable(contentsOf: folder.appendingPathComponent("metrics.csv")).rows.map { row in
        let values = row.values.filter { $0.key != "seconds" }.sorted { $0.key < $1.key }
        return "\(row.step) \(row.epoch) \(values)"
      }
    }

    /// In a process of its own: other suites draw from the generator too.
    @Test func stoppedAnywhereItGoesOnToTheSameBits() async {
      await #expect(processExitsWith: .success) { try TrainerTests.ResumeTests.stopAnywhereAndGoOn() }
    }

    static func stopAnywhereAndGoOn() throws {
      let whole = try TemporaryFolder()
      let module = Self.module()
      let expected = try Trainer(Self.options(), folder: whole.url).fit(module, tinyData(batches: 7))
      #expect(expected.state.step == 16)

      for stop in [1, 2, 5, 7, 8, 13, 26] {
        let folder = try TemporaryFolder()
        let recorder = Recorder()
        var seen = 0
        recorder.onBatch = { run in
          seen += 1
          if seen == stop { run.stop(.interrupted) }
        }
        let first = try Trainer(Self.options(), folder: folder.url, callbacks: [recorder])
          .fit(Self.module(), tinyData(batches: 7))
        #expect(first.reason == .interrupted)
        let resumed = Self.module()
        // What another run would leave in the generator must not matter.
        seedAll(12345)
        let result = try Trainer(Self.options(), folder: folder.url).fit(resumed, tinyData(batches: 7), resume: true)
        #expect(bits(resumed.stateDict()) == bits(module.stateDict()), "stopped at batch \(stop)")
        #expect(result.state.started == first.state.started)
        #expect(result.metrics == expected.metrics && result.state.best == expected.state.best)
        #expect(try Self.rows(of: folder.url) == Self.rows(of: whole.url))
        let weights = try Data(contentsOf: folder.file("model.safetensors"))
        #expect(try weights == Data(contentsOf: whole.file("model.safetensors")))
      }
    }

    @Test func aFinishedRunStaysAsItIs() throws {
      let folder = try TemporaryFolder()
      let first = try Trainer(Self.options(), folder: folder.url).fit(Self.module(), tinyData())
      let weights = try Data(contentsOf: folder.file("model.safetensors"))
      let again = try Trainer(Self.options(), folder: folder.url).fit(Self.module(), tinyData(), resume: true)
      #expect(again.reason == .maxEpochs && again.state.step == first.state.step && again.metrics == first.metrics)
      #expect(try Data(contentsOf: folder.file("model.safetensors")) == weights)
      // Nothing was trained here, so what is known of the time is known from before.
      for phase in [PhaseTimes.Phase.data, .forward, .backward, .optimizer, .validation] {
        #expect(again.times.seconds(phase) > 0)
        #expect(abs(again.times.seconds(phase) - first.times.seconds(phase)) < 1e-9, "\(phase)")
      }
      #expect(again.state.seconds >= first.times.seconds(.forward))
    }

    /// A checkpoint that does not tell where the time went is resumed all the same.
    @Test func timesMayBeUnknown() throws {
      let folder = try TemporaryFolder()
      let state = try Trainer(Self.options(), folder: folder.url).fit(Self.module(), tinyData()).state
      let fields = try JSONSerialization.jsonObject(with: JSONEncoder().encode(state))
      var known = try #require(fields as? [String: Any])
      #expect(known.removeValue(forKey: "times") != nil)
      let read = try JSONDecoder().decode(TrainingState.self, from: JSONSerialization.data(withJSONObject: known))
      #expect(read.step == state.step && read != state)
    }

    @Test func aRunThatHasNotBegunBegins() throws {
      let folder = try TemporaryFolder()
      let result = try Trainer(Self.options(), folder: folder.url).fit(Self.module(), tinyData(), resume: true)
      #expect(result.reason == .maxEpochs)
    }

    @Test func callbacksRemember() throws {
      final class Counter: TrainerCallback {
        var count = 0.0
        func onTrainBatchEnd(_ run: TrainingRun, output: StepOutput, batch: Batch) {
          count += 1
          if count == 4 { run.stop(.interrupted) }
        }
        var state: [String: Double] {
          get { ["count": count] }
          set { count = newValue["count"] ?? 0 }
        }
      }
      let folder = try TemporaryFolder()
      try Trainer(quietOptions(), folder: folder.url, callbacks: [Counter()]).fit(tinyModule(), tinyData())
      let counter = Counter()
      try Trainer(quietOptions(), folder: folder.url, callbacks: [counter]).fit(tinyModule(), tinyData(), resume: true)
      #expect(counter.count == 12)
    }

    @Test func anotherRunsFolderIsNotOverwritten() throws {
      let folder = try TemporaryFolder()
      try Trainer(quietOptions(epochs: 1), folder: folder.url).fit(tinyModule(), tinyData())
      let error = #expect(throws: TrainingError.self) {
        try Trainer(quietOptions(epochs: 1), folder: folder.url).fit(tinyModule(), tinyData())
      }
      guard case .folderInUse = error else { return #expect(Bool(false), "\(error as Any)") }
    }

    @Test func anotherOptimizerDoesNotGoOn() throws {
      let folder = try TemporaryFolder()
      try Trainer(quietOptions(epochs: 1), folder: folder.url).fit(tinyModule(), tinyData())
      let module = ClassificationModule(TinyNetwork(), classes: 5) { model, _ in Optimization(AdamW(model)) }
      let error = #expect(throws: TrainingError.self) {
        try Trainer(quietOptions(epochs: 2), folder: folder.url).fit(module, tinyData(), resume: true)
      }
      #expect("\(try #require(error))".contains("was made with SGD, but now the optimizer is AdamW"))
    }

    @Test func otherDataAreNotGoneOnWith() throws {
      let folder = try TemporaryFolder()
      try Trainer(quietOptions(epochs: 1), folder: folder.url).fit(tinyModule(), tinyData())
      let error = #expect(throws: TrainingError.self) {
        try Trainer(quietOptions(epochs: 2), folder: folder.url).fit(tinyModule(), tinyData(batches: 5), resume: true)
      }
      #expect("\(try #require(error))".contains("6 batches per epoch"))
    }
  }
}
