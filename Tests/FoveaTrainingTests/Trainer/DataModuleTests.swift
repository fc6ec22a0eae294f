import FoveaTraining
import Testing
import Torch

extension TrainerTests {
  /// Data modules of one's own.
  @Suite struct DataModuleTests {
    /// Counts how often it is asked for what, and has no test set.
    final class Colors: DataModule {
      private(set) var asked: [String] = []

      func trainLoader() -> any BatchSource {
        asked.append("train")
        return NoisyColors(count: 4)
      }

      func validationLoader() -> (any BatchSource)? {
        asked.append("validation")
        return NoisyColors(count: 2, seed: 6)
      }
    }

    /// Has nothing but what it must have.
    struct TrainingOnly: DataModule {
      func trainLoader() -> any BatchSource { NoisyColors(count: 3) }
    }

    @Test func isTrainedAndValidatedOn() throws {
      let data = Colors()
      let recorder = Recorder()
      let result = try Trainer(quietOptions(), callbacks: [recorder]).fit(tinyModule(), data)
      #expect(data.asked.sorted() == ["train", "validation"])
      #expect(recorder.batches == [0, 1, 2, 3, 0, 1, 2, 3] && result.metrics["accuracy"] != nil)
      #expect(try Trainer(quietOptions()).validate(tinyModule(), data)["loss"] != nil)
      #expect(throws: TrainingError.data("there is no test set")) {
        try Trainer(quietOptions()).test(tinyModule(), data)
      }
    }

    @Test func validationIsNotNeeded() throws {
      let result = try Trainer(quietOptions()).fit(tinyModule(), TrainingOnly())
      #expect(result.state.step == 6 && result.metrics.isEmpty)
    }

    @Test func whatItThrowsEndsTheRun() {
      struct Missing: Error {}
      struct Broken: DataModule {
        func trainLoader() throws -> any BatchSource { throw Missing() }
      }
      #expect(throws: Missing.self) { try Trainer(quietOptions()).fit(tinyModule(), Broken()) }
    }
  }
}
