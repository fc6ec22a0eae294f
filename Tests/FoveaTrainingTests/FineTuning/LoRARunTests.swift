import Foundation
import FoveaData
import FoveaImaging
import FoveaModels
import Testing
import Torch

@testable import FoveaTraining

/// A run with adapters leaves weights that the network of its folder has, whenever it ends.
extension TrainerTests {
  @Suite struct LoRARunTests {
    /// Ends a run as a kill would: after a checkpoint, without a word.
    private final class Killer: TrainerCallback {
      struct Killed: Error {}
      private let step: Int

      init(after step: Int) { self.step = step }

      func onSaveCheckpoint(_ run: TrainingRun, file: URL) throws {
        if run.state.step >= step { throw Killed() }
      }
    }

    private func recipe(in folder: TemporaryFolder, _ settings: [String] = []) throws -> Recipe {
      for (split, count) in [("train", 8), ("val", 2)] {
        for (name, color) in [("dark", 40.0), ("light", 190)] {
          let place = folder.file("data/\(split)/\(name)")
          try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
          for index in 0..<count {
            let noise = Tensor.rand([3, 16, 16], generator: Generator(seed: UInt64(index))) * 60
            try Image((noise + color).to(.uint8)).write(to: place.appendingPathComponent("\(index).png"))
          }
        }
      }
      return try Recipe(
        yaml: """
          model: vit_tiny_patch4_32
          data: folder:\(folder.file("data").path)
          images: { size: 16, resize: 16 }
          augmentation: { flip: false }
          optimizer: { name: adamw, learning_rate: 0.01 }
          training: { epochs: 2, batch_size: 8, loader_threads: 1 }
          fine_tuning: { lora_rank: 2, lora_targets: [attn.qkv] }
          """, settings: settings)
    }

    private func saved(in folder: URL) throws -> any ImageClassifier {
      let model = try ClassifierConfiguration(folder: folder).makeModel()
      try model.loadStateDict(contentsOf: folder.appendingPathComponent(ModelFolder.weights))
      model.eval()
      return model
    }

    @Test func aRunThatWasKilledPredictsWhatItHadLearned() throws {
      let folder = try TemporaryFolder()
      let run = try ClassificationRun(recipe(in: folder), folder: folder.file("run"))
      let key = "blocks.0.attn.qkv.weight"
      let before = try #require(run.model.stateDict()[key]).clone()
      // The first validation, after two steps, is the best so far.
      #expect(throws: Killer.Killed.self) { try run.train(callbacks: [Killer(after: 2)]) }
      run.model.eval()
      let images = Tensor.randn([4, 3, 16, 16], generator: Generator(seed: 3))
      let model = try saved(in: folder.file("run"))
      let (expected, found) = withNoGrad { (run.model(images), model(images)) }
      #expect(found.isClose(to: expected, relative: 1e-3, absolute: 1e-3))
      #expect(try #require(run.model.stateDict()[key]).isEqual(to: before), "the adapters learn, not the weights")
      #expect(!(try #require(model.stateDict()[key]).isEqual(to: before)))
    }

    @Test(arguments: [[], ["training.ema=0.5"]]) func aRunThatEndsHasMergedItsAdapters(_ settings: [String]) throws {
      let folder = try TemporaryFolder()
      let run = try ClassificationRun(recipe(in: folder, settings), folder: folder.file("run"))
      _ = try run.train()
      run.model.eval()
      let model = try saved(in: folder.file("run"))
      #expect(Set(run.model.stateDict().keys) == Set(model.stateDict().keys))
      let images = Tensor.randn([4, 3, 16, 16], generator: Generator(seed: 3))
      let (expected, found) = withNoGrad { (run.model(images), model(images)) }
      #expect(found.isClose(to: expected, relative: 1e-4, absolute: 1e-4))
    }
  }
}
