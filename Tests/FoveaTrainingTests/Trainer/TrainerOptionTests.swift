import Foundation
import FoveaData
import FoveaTraining
import Testing
import Torch

extension TrainerTests {
  /// Each option does what its name says.
  @Suite struct OptionTests {
    let recorder = Recorder()

    @discardableResult
    func fit(
      _ options: TrainerOptions, _ module: TrainingModule? = nil, _ data: DataLoaders? = nil, folder: URL? = nil,
      resume: Bool = false
    ) throws -> FitResult {
      try Trainer(options, folder: folder, callbacks: [recorder])
        .fit(module ?? tinyModule(), data ?? tinyData(), resume: resume)
    }

    @Test func callbacksAreCalledInOrder() throws {
      let folder = try TemporaryFolder()
      var options = quietOptions(epochs: 2)
      options.limitTrainBatches = 2
      let result = try fit(options, folder: folder.url)
      let epoch = ["epoch start", "batch", "batch", "epoch end", "validation", "save"]
      let expected: [String] = ["fit start"] + epoch + epoch + ["fit end"]
      #expect(recorder.events == expected)
      #expect(result.reason == .maxEpochs)
      #expect(result.state.epoch == 2 && result.state.step == 4)
    }

    @Test func itLearns() throws {
      let result = try fit(quietOptions(epochs: 4))
      #expect(try #require(result.metrics["accuracy"]) > 0.8)
      #expect(try #require(result.metrics["loss"]) < 1)
    }

    @Test func maxStepsEndsAndValidates() throws {
      var options = quietOptions(epochs: 5)
      options.maxSteps = 8
      let result = try fit(options)
      #expect(result.reason == .maxSteps && result.state.step == 8)
      #expect(recorder.events.count { $0 == "validation" } == 2)
      #expect(recorder.rates.last! < 1e-5)  // the schedule ends with the steps
    }

    @Test func maxTimeEnds() throws {
      var options = quietOptions(epochs: 5)
      options.maxTime = .zero
      #expect(try fit(options).reason == .maxTime)
      options.maxTime = .seconds(3600)
      #expect(try fit(options).reason == .maxEpochs)
    }

    @Test func aCallbackCanStop() throws {
      recorder.onBatch = { run in if run.state.batch == 3 { run.stop() } }
      let result = try fit(quietOptions())
      #expect(result.reason == .callback && result.state.step == 3)
    }

    @Test func fastDevRunTriesEverythingOnceAndWritesNothing() throws {
      let folder = try TemporaryFolder()
      var options = quietOptions(epochs: 50)
      options.fastDevRun = true
      let result = try fit(options, folder: folder.url.appendingPathComponent("run"))
      #expect(recorder.events == ["fit start", "epoch start", "batch", "epoch end", "validation", "fit end"])
      #expect(result.checkpoint == nil && !folder.has("run"))
    }

    @Test func overfitBatchesLearnsTheSameFewByHeart() throws {
      var options = quietOptions(epochs: 15)
      options.overfitBatches = 2
      let result = try fit(options)
      #expect(recorder.batches == Array(repeating: [0, 1], count: 15).flatMap { $0 })
      #expect(try #require(result.metrics["accuracy"]) >= 0.9)
      // The same images in each epoch, so the loss falls on them.
      #expect(try #require(recorder.losses.last) < 0.7 * recorder.losses[0])
    }

    @Test func limitsAreKept() throws {
      var validated = 0
      let module = CountingModule { validated += 1 }
      var options = quietOptions(epochs: 1)
      options.limitTrainBatches = 3
      options.limitValidationBatches = 1
      options.sanityValidationBatches = 0
      try fit(options, module)
      #expect(recorder.batches == [0, 1, 2] && validated == 1)
    }

    @Test func accumulatedBatchesEqualLargerOnes() throws {
      let whole = NoisyColors(count: 5, batchSize: 8)
      let halves = (0..<5).flatMap { number in
        let batch = whole.batch(epoch: 0, number: number)
        return [0..<4, 4..<8].map { rows in
          Batch(images: batch.images[rows], labels: batch.labels![rows], indices: Array(rows))
        }
      }
      let large = LinearModule()
      try fit(quietOptions(epochs: 1), large, DataLoaders(train: whole))
      var options = quietOptions(epochs: 1)
      options.accumulateGradBatches = 2
      let small = LinearModule()
      let result = try fit(options, small, DataLoaders(train: BatchList(halves)))
      #expect(result.state.step == 5)
      let difference = (large.layer.weight.value - small.layer.weight.value).abs().max().item(Double.self)
      #expect(difference < 1e-6)

      // The last window of an epoch may be smaller: nine halves make five steps, the last with one of them.
      let odd = LinearModule()
      let last = try fit(options, odd, DataLoaders(train: BatchList(Array(halves.dropLast()))))
      #expect(last.state.step == 5)
    }

    @Test(arguments: [GradientClip.norm(1e-3), .value(1e-4)]) func gradientsAreClipped(clip: GradientClip) throws {
      var options = quietOptions(epochs: 1)
      options.limitTrainBatches = 1
      options.gradientClip = clip
      let module = LinearModule(learningRate: 1)
      let before = module.layer.weight.value.detach().clone()
      try fit(options, module)
      let change = (module.layer.weight.value - before).detach()
      switch clip {
      case .norm(let limit): #expect(change.square().sum().sqrt().item(Double.self) <= limit * 1.01)
      case .value(let limit): #expect(abs(change.abs().max().item(Double.self) - limit) < 1e-6)
      }
    }

    @Test(arguments: [(Precision.fp32, DType.float32), (.bf16, .bfloat16)])
    func precisionIsThatOfMatrixProducts(precision: Precision, dtype: DType) throws {
      var options = quietOptions(epochs: 1)
      options.precision = precision
      options.limitTrainBatches = 2
      let module = LinearModule()
      try fit(options, module)
      #expect(module.lastDType == dtype)
      #expect(module.layer.weight.value.dtype == .float32)
    }

    @Test func automaticPrecisionFollowsTheHardware() throws {
      var options = quietOptions(epochs: 1)
      options.precision = .auto
      options.limitTrainBatches = 1
      let module = LinearModule()
      try fit(options, module)
      #expect(module.lastDType == (Machine.hasFastBFloat16 ? .bfloat16 : .float32))
    }

    @Test func imagesAndConvolutionsAreChannelsLastByDefault() throws {
      let module = tinyModule()
      try fit(quietOptions(epochs: 1), module)
      let kernel = (module.model as! TinyNetwork).conv2.weight.value
      #expect(kernel.isContiguous(.channelsLast) && !kernel.isContiguous())
    }

    @Test func theAverageIsWhatIsValidatedAndSaved() throws {
      let folder = try TemporaryFolder()
      var options = quietOptions(epochs: 2)
      options.ema = 0.9
      options.loadBestAtEnd = true
      let module = tinyModule()
      let result = try fit(options, module, folder: folder.url)
      let saved = try StateDict(contentsOf: folder.url.appendingPathComponent("model.safetensors"))
      #expect(bits(saved) == bits(module.model.stateDict()))
      let best = try Checkpoint(contentsOf: CheckpointFolder(of: folder.url).file(step: result.state.best[0].step))
      #expect(bits(saved) == bits(best.average.mapKeys { $0 == "ema.updates" ? nil : $0 }))
      #expect(bits(saved)["fc.weight"] != bits(best.weights)["model.fc.weight"])
      let again = try Trainer(options).validate(module, tinyData())
      #expect(abs(again["loss"]! - result.state.best[0].value) < 1e-6)
    }

    @Test func rowsAreLoggedEverySoManySteps() throws {
      let folder = try TemporaryFolder()
      var options = quietOptions(epochs: 1)
      options.logEverySteps = 2
      try fit(options, folder: folder.url)
      #expect(recorder.rows.map(\.step) == [2, 4, 6, 6, 6])
      #expect(Set(recorder.rows[0].values.keys) == ["loss/step", "learning_rate"])
      let first = try #require(recorder.rows[0].values["loss/step"])
      #expect(abs(first - (recorder.losses[0] + recorder.losses[1]) / 2) < 1e-6)
      let all = try #require(recorder.rows[3].values["loss/train"])
      #expect(abs(all - recorder.losses.reduce(0, +) / 6) < 1e-6)
      let table = try MetricsTable(contentsOf: folder.url.appendingPathComponent("metrics.csv"))
      #expect(table.rows.count == 5)
      #expect(table.series("accuracy/validation").count == 1)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
      #expect(files.contains { $0.hasPrefix("events.out.tfevents.") })
    }

    @Test func theProfileAddsUp() throws {
      let result = try fit(quietOptions())
      for phase in [PhaseTimes.Phase.data, .forward, .backward, .optimizer, .validation] {
        #expect(result.times.seconds(phase) > 0)
      }
      #expect(result.times.description.contains("backward"))
    }

    @Test func deterministicHoldsForTheRunOnly() throws {
      var during = false
      recorder.onBatch = { _ in during = Machine.isDeterministic }
      var options = quietOptions(epochs: 1)
      options.deterministic = true
      try fit(options)
      #expect(during && !Machine.isDeterministic)
    }

    @Test func theSeedDecidesDropout() throws {
      let losses = try [UInt64(1), 1, 2].map { seed in
        let recorder = Recorder()
        var options = quietOptions(epochs: 1)
        options.seed = seed
        try Trainer(options, callbacks: [recorder]).fit(tinyModule(dropout: 0.5), tinyData())
        return recorder.losses
      }
      #expect(losses[0] == losses[1] && losses[0] != losses[2])
    }

    @Test func aLossThatIsNotFiniteStopsBeforeItDoesHarm() throws {
      let folder = try TemporaryFolder()
      let good = NoisyColors(count: 3)
      var bad = good.batch(epoch: 0, number: 2)
      bad.images = Tensor.full(like: bad.images, .double(.nan))
      let list = BatchList([good.batch(epoch: 0, number: 0), good.batch(epoch: 0, number: 1), bad])
      var options = quietOptions()
      options.checkpointEverySteps = 1
      let module = tinyModule(schedule: ConstantSchedule())
      let error = #expect(throws: TrainingError.self) {
        try fit(options, module, DataLoaders(train: list), folder: folder.url)
      }
      guard case .nonFiniteLoss(let loss) = error else { return #expect(Bool(false), "\(error as Any)") }
      #expect(loss.epoch == 0 && loss.batch == 2 && loss.learningRate == 0.05)
      #expect(loss.indices == Array(16..<24))
      #expect(loss.lastCheckpoint == CheckpointFolder(of: folder.url).file(step: 2).path)
      #expect("\(try #require(error))".contains("the loss is nan in epoch 0, batch 2"))
      #expect("\(try #require(error))".contains("step-000000002"))
      #expect(module.parameters().allSatisfy { $0.value.isFinite().all().item(Bool.self) })
    }

    @Test func dataWithoutBatchesOrLabelsIsAnError() {
      #expect(throws: TrainingError.self) { try fit(quietOptions(), nil, DataLoaders(train: BatchList([]))) }
      var batch = NoisyColors(count: 1).batch(epoch: 0, number: 0)
      batch.labels = nil
      #expect(throws: TrainingError.self) { try fit(quietOptions(), nil, DataLoaders(train: BatchList([batch]))) }
    }

    @Test func softTargetsAreLearntFrom() throws {
      let batches = (0..<6).map { number in
        var batch = NoisyColors(count: 6).batch(epoch: 0, number: number)
        batch.labels = batch.labels!.oneHot(classes: 5).to(.float32) * 0.8 + 0.04
        return batch
      }
      let data = DataLoaders(train: BatchList(batches), validation: NoisyColors(count: 2, seed: 6))
      #expect(try #require(fit(quietOptions(epochs: 4), nil, data).metrics["accuracy"]) > 0.8)
    }
  }
}

/// A linear layer without normalisation, so that batches can be split without changing anything.
final class LinearModule: TrainingModule {
  let layer: Linear
  private let learningRate: Double
  private(set) var lastDType: DType?

  init(learningRate: Double = 0.1) {
    seedAll(2)
    self.learningRate = learningRate
    layer = Linear(192, 5)
  }

  override func trainingStep(_ batch: Batch) -> StepOutput {
    let logits = layer(batch.images.flatten(from: 1))
    lastDType = logits.dtype
    return StepOutput(loss: logits.crossEntropy(batch.labels!), count: batch.count)
  }

  override func configureOptimizers(_ plan: TrainingPlan) -> Optimization {
    Optimization(SGD(self, learningRate: learningRate))
  }
}
