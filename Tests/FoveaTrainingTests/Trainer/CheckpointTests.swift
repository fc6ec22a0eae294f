import Foundation
import FoveaData
import FoveaTraining
import Testing
import Torch

extension TrainerTests {
  @Suite struct CheckpointTests {
    /// A run with the checkpoints of steps 5 and 6.
    func finished() throws -> TemporaryFolder {
      let folder = try TemporaryFolder()
      var options = quietOptions(epochs: 1)
      options.checkpointEverySteps = 1
      try Trainer(options, folder: folder.url).fit(tinyModule(), DataLoaders(train: NoisyColors(count: 6)))
      return folder
    }

    @Test func aDamagedOneIsPassedOverForTheOneBefore() throws {
      let whole = try finished()
      let weights = try Data(contentsOf: whole.file("model.safetensors"))
      let bytes = try Data(contentsOf: CheckpointFolder(of: whole.url).file(step: 6))
      for kept in [0, 7, 100, bytes.count / 2, bytes.count - 1] {
        let folder = try finished()
        let checkpoints = CheckpointFolder(of: folder.url)
        #expect(checkpoints.steps == [5, 6])
        try bytes.prefix(kept).write(to: checkpoints.file(step: 6))
        let result = try Trainer(quietOptions(epochs: 1), folder: folder.url)
          .fit(tinyModule(), DataLoaders(train: NoisyColors(count: 6)), resume: true)
        #expect(result.state.step == 6)
        #expect(try Data(contentsOf: folder.file("model.safetensors")) == weights)
      }
    }

    @Test func withNothingWholeItDoesNotBeginAnew() throws {
      let folder = try finished()
      let checkpoints = CheckpointFolder(of: folder.url)
      for step in checkpoints.steps { try Data("{}".utf8).write(to: checkpoints.file(step: step)) }
      #expect(throws: StateDictError.self) {
        try Trainer(quietOptions(epochs: 1), folder: folder.url)
          .fit(tinyModule(), DataLoaders(train: NoisyColors(count: 6)), resume: true)
      }
    }

    /// Seeded damage anywhere: an error, or a checkpoint whose numbers differ; never a crash.
    @Test func damageIsSurvived() throws {
      let folder = try finished()
      let bytes = try Data(contentsOf: CheckpointFolder(of: folder.url).file(step: 6))
      var random = RandomSource(seed: 4)
      let file = folder.file("damaged.safetensors")
      var refused = 0
      for _ in 0..<200 {
        var damaged = bytes
        for _ in 0..<random.integer(in: 1..<4) {
          damaged[random.integer(in: 0..<min(bytes.count, 6000))] = UInt8(truncatingIfNeeded: random.next())
        }
        try damaged.write(to: file)
        do { _ = try Checkpoint(contentsOf: file) } catch {
          refused += 1
          #expect("\(error)".contains("damaged.safetensors"))
        }
      }
      #expect(refused > 50)
    }

    @Test func weightsAloneAreNoCheckpoint() throws {
      let folder = try finished()
      #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: folder.file("model.safetensors")) }
    }

    @Test func theWeightsAreThoseOfTheModelAlone() throws {
      let folder = try finished()
      let saved = try StateDict(contentsOf: folder.file("model.safetensors"))
      #expect(saved.keys.sorted() == TinyNetwork().stateDict().keys.sorted())
    }

    @Test func halfWrittenFilesAreClearedAway() throws {
      let folder = try TemporaryFolder()
      let checkpoints = CheckpointFolder(of: folder.url)
      try FileManager.default.createDirectory(at: checkpoints.url, withIntermediateDirectories: true)
      let rest = checkpoints.url.appendingPathComponent(".step-000000003.safetensors.abc.part")
      try Data("half".utf8).write(to: rest)
      #expect(checkpoints.steps == [])
      try Trainer(quietOptions(epochs: 1), folder: folder.url).fit(tinyModule(), tinyData())
      #expect(!FileManager.default.fileExists(atPath: rest.path))
    }
  }
}
