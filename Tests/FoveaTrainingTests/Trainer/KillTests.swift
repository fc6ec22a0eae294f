import Foundation
import FoveaData
import FoveaTraining
import Testing
import Torch

extension TrainerTests {
  /// Processes of their own, which may be killed.
  @Suite struct KillTests {
    /// Killed ten times at moments that nobody chose, in the middle of a step or of a checkpoint, and resumed each time.
    @Test func killedTenTimesItEndsWithTheSameBits() async throws {
      let killed = try TemporaryFolder()
      var random = RandomSource(seed: 2)
      for _ in 0..<10 {
        let path = killed.url.path
        let batch = random.integer(in: 1..<8)
        let delay = UInt32(random.integer(in: 0..<8_000))
        await #expect(processExitsWith: .signal(SIGKILL)) {
          [path = path as String, batch = batch as Int, delay = delay as UInt32] in
          let killer = Recorder()
          var seen = 0
          killer.onBatch = { _ in
            seen += 1
            guard seen == batch else { return }
            // The training goes on meanwhile, so the signal meets it wherever it then is.
            Thread.detachNewThread {
              usleep(delay)
              kill(getpid(), SIGKILL)
            }
          }
          try KillTests.train(in: URL(filePath: path), callbacks: [killer])
          sleep(60)  // It was over before the signal came; wait for it.
        }
      }
      let path = killed.url.path
      await #expect(processExitsWith: .success) { [path = path as String] in
        try KillTests.train(in: URL(filePath: path))
      }
      let whole = try TemporaryFolder()
      let wholePath = whole.url.path
      await #expect(processExitsWith: .success) { [wholePath = wholePath as String] in
        try KillTests.train(in: URL(filePath: wholePath))
      }

      #expect(CheckpointFolder(of: killed.url).steps == CheckpointFolder(of: whole.url).steps)
      let last = try (killed: lastCheckpoint(of: killed), whole: lastCheckpoint(of: whole))
      #expect(bits(last.killed.weights) == bits(last.whole.weights))
      #expect(bits(last.killed.optimizer) == bits(last.whole.optimizer))
      #expect(bits(last.killed.average) == bits(last.whole.average))
      #expect(bits(last.killed.random) == bits(last.whole.random))
      #expect(last.killed.state.best == last.whole.state.best)
      #expect(
        try Data(contentsOf: killed.file("model.safetensors")) == Data(contentsOf: whole.file("model.safetensors")))
      #expect(try ResumeTests.rows(of: killed.url) == ResumeTests.rows(of: whole.url))
    }

    private func lastCheckpoint(of folder: TemporaryFolder) throws -> Checkpoint {
      try Checkpoint(contentsOf: #require(CheckpointFolder(of: folder.url).newest))
    }

    static func train(in folder: URL, callbacks: [any TrainerCallback] = []) throws {
      var options = ResumeTests.options()
      options.maxEpochs = 12
      try Trainer(options, folder: folder, callbacks: callbacks)
        .fit(ResumeTests.module(), tinyLoaders(), resume: true)
    }

    /// What a person sees while it trains.
    @Test func progressGoesToStandardError() async throws {
      let result = await #expect(
        processExitsWith: .success, observing: [\.standardErrorContent, \.standardOutputContent]
      ) {
        var options = quietOptions(epochs: 2)
        options.showsProgress = true
        options.showsModelSummary = true
        options.showsProfile = true
        try Trainer(options).fit(tinyModule(), tinyLoaders())
      }
      let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
      for words in ["Epoch 1/2", "Epoch 2/2", "Validation", "accuracy", "BatchNorm2d", "backward"] {
        #expect(text.contains(words), "\(text)")
      }
      #expect(!String(decoding: try #require(result).standardOutputContent, as: UTF8.self).contains("Epoch"))
    }

    /// One Ctrl-C finishes the step and saves.
    @Test(arguments: [SIGINT, SIGTERM]) func theFirstInterruptEndsInOrder(number: Int32) async throws {
      let folder = try TemporaryFolder()
      let path = folder.url.path
      await #expect(processExitsWith: .exitCode(7)) { [path = path as String, number = number as Int32] in
        let recorder = Recorder()
        recorder.onBatch = { run in
          guard run.state.step == 2 else { return }
          kill(getpid(), number)
          while recorder.events.last == "batch", !run.isInterrupted { usleep(100) }
        }
        var options = quietOptions(epochs: 50)
        options.handlesInterrupts = true
        let result = try Trainer(options, folder: URL(filePath: path), callbacks: [recorder]).fit(
          tinyModule(), tinyData())
        exit(result.reason == .interrupted && result.state.step == 3 ? 7 : 1)
      }
      #expect(CheckpointFolder(of: folder.url).steps == [3])
    }

    /// Two quit, also where the program is busy with something else.
    @Test func theSecondInterruptQuits() async throws {
      await #expect(processExitsWith: .exitCode(130)) {
        let recorder = Recorder()
        recorder.onBatch = { run in
          kill(getpid(), SIGINT)
          while !run.isInterrupted { usleep(100) }
          kill(getpid(), SIGINT)
          sleep(60)
        }
        var options = quietOptions()
        options.handlesInterrupts = true
        try Trainer(options, callbacks: [recorder]).fit(tinyModule(), tinyData())
      }
    }
  }
}
