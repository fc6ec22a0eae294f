import Foundation
import FoveaData
import FoveaTraining
import Testing
import Torch

extension TrainerTests {
  /// Two processes that train together.
  @Suite struct DistributedTests {
    /// Makes this process one of two, as a launcher would.
    static func join(_ rank: Int, at port: Int) {
      let variables = ["RANK": "\(rank)", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(port)"]
      for (name, value) in variables { setenv(name, value, 1) }
    }

    static func port() -> Int { Int.random(in: 20_000..<30_000) }

    static func loaders(batchSize: Int) -> DataLoaders {
      let source = NoisyColors(count: 1, batchSize: 100)
      func loader(_ epoch: Int, shuffle: Bool) -> DataLoader {
        let batch = source.batch(epoch: epoch, number: 0)
        let set = TensorDataset(
          images: (batch.images * 20 + 128).clamp(min: 0, max: 255).to(.uint8), labels: batch.labels!.array(Int.self),
          classNames: ["a", "b", "c", "d", "e"])
        return DataLoader(
          set, batchSize: shuffle ? batchSize : 50, shuffle: shuffle, dropLast: shuffle,
          batchTransform: Normalize(.half), seed: 3, threads: 1)
      }
      return DataLoaders(train: loader(0, shuffle: true), validation: loader(1, shuffle: false))
    }

    /// Trains a network without normalisation, and leaves its weights and metrics as `NAME.safetensors`.
    static func train(seed: UInt64, batchSize: Int, accumulate: Int = 1, in folder: URL, as name: String) throws {
      Machine.threadCount = 1
      seedAll(seed)
      let network = Sequential([Flatten(), Linear(192, 32), ReLU(), Linear(32, 5)])
      let module = ClassificationModule(network, classes: 5) { model, plan in
        Optimization(SGD(model, learningRate: 0.1, momentum: 0.9), schedule: CosineSchedule(steps: plan.steps))
      }
      var options = quietOptions(epochs: 3)
      options.accumulateGradBatches = accumulate
      options.gradientClip = .norm(1)
      let result = try Trainer(options, folder: folder.appendingPathComponent("run"))
        .fit(module, loaders(batchSize: batchSize))
      var state = module.stateDict()
      state.metadata = ["loss": "\(result.metrics["loss"] ?? .nan)", "step": "\(result.state.step)"]
      try state.write(to: folder.appendingPathComponent("\(name).safetensors"))
    }

    @Test(.timeLimit(.minutes(5)), arguments: [1, 2])
    func twoHalvesAreAsGoodAsOneWhole(accumulate: Int) async throws {
      let folder = try TemporaryFolder()
      let (path, port) = (folder.url.path, Self.port())
      await withTaskGroup(of: Void.self) { tasks in
        for rank in 0..<2 {
          tasks.addTask {
            await #expect(processExitsWith: .success) {
              [rank = rank as Int, port = port as Int, path = path as String, accumulate = accumulate as Int] in
              DistributedTests.join(rank, at: port)
              // Other weights at first in each process: those of process 0 count.
              try DistributedTests.train(
                seed: UInt64(1 + rank), batchSize: 8 / accumulate, accumulate: accumulate, in: URL(filePath: path),
                as: "rank-\(rank)")
            }
          }
        }
      }
      let alone = try TemporaryFolder()
      try Self.train(seed: 1, batchSize: 16, in: alone.url, as: "alone")

      let first = try StateDict(contentsOf: folder.file("rank-0.safetensors"))
      let second = try StateDict(contentsOf: folder.file("rank-1.safetensors"))
      let whole = try StateDict(contentsOf: alone.file("alone.safetensors"))
      #expect(bits(first) == bits(second))
      #expect(first.metadata == second.metadata && first.metadata["step"] == whole.metadata["step"])
      for (name, tensor) in whole {
        let difference = (tensor - (try #require(first[name]))).abs().max().item(Double.self)
        #expect(difference < 1e-5, "\(name) differs by \(difference)")
      }
      let losses = [first, whole].compactMap { $0.metadata["loss"].flatMap(Double.init) }
      try #require(losses.count == 2)
      #expect(abs(losses[0] - losses[1]) < 1e-4)
      // One of them has written.
      let rows = try [folder, alone].map { try ResumeTests.rows(of: $0.file("run")).count }
      #expect(rows[0] == rows[1] && rows[0] > 0)
    }

    @Test(.timeLimit(.minutes(5))) func stoppedByOneTheyGoOnToTheSameBits() async throws {
      let folder = try TemporaryFolder()
      let (path, port) = (folder.url.path, Self.port())
      await withTaskGroup(of: Void.self) { tasks in
        for rank in 0..<2 {
          tasks.addTask {
            await #expect(processExitsWith: .success) {
              [rank = rank as Int, port = port as Int, path = path as String] in
              DistributedTests.join(rank, at: port)
              let (one, other) = (URL(filePath: path + "/whole"), URL(filePath: path + "/stopped"))
              let whole = ResumeTests.module()
              try Trainer(ResumeTests.options(), folder: one).fit(whole, tinyData(batches: 10))

              let stopper = Recorder()
              stopper.onBatch = { run in if rank == 1, run.state.epoch == 1 { run.stop() } }
              let stopped = try Trainer(ResumeTests.options(), folder: other, callbacks: [stopper])
                .fit(ResumeTests.module(), tinyData(batches: 10))
              #expect(stopped.reason == .callback && stopped.state.epoch == 1 && stopped.state.batch == 2)

              let resumed = ResumeTests.module()
              let result = try Trainer(ResumeTests.options(), folder: other)
                .fit(resumed, tinyData(batches: 10), resume: true)
              #expect(result.reason == .maxEpochs)
              #expect(bits(resumed.stateDict()) == bits(whole.stateDict()))
            }
          }
        }
      }
      #expect(CheckpointFolder(of: folder.file("whole")).steps == CheckpointFolder(of: folder.file("stopped")).steps)
    }

    /// A loss that is not a number in one process, and a process that is killed.
    @Test(.timeLimit(.minutes(5)), arguments: [false, true]) func whatEndsOneEndsAll(dies: Bool) async {
      let port = Self.port()
      async let survivor: Void = {
        await #expect(processExitsWith: .exitCode(7)) { [port = port as Int] in
          DistributedTests.join(0, at: port)
          do { try Trainer(quietOptions()).fit(tinyModule(), tinyData()) } catch {
            switch error {
            case TrainingError.otherProcess(1): exit(7)
            case ProcessGroupError.lost: exit(7)
            default: exit(1)
            }
          }
        }
      }()
      await #expect(processExitsWith: .exitCode(8)) { [port = port as Int, dies = dies as Bool] in
        DistributedTests.join(1, at: port)
        let recorder = Recorder()
        recorder.onBatch = { run in
          guard run.state.step == 1 else { return }
          if dies { _exit(8) }
          for parameter in run.module.parameters() { parameter.value.detach().fill_(Double.nan) }
        }
        do { try Trainer(quietOptions(), callbacks: [recorder]).fit(tinyModule(), tinyData()) } catch {
          guard case TrainingError.nonFiniteLoss = error else { exit(1) }
          exit(8)
        }
      }
      await survivor
    }
  }
}
