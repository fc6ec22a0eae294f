import Foundation
import FoveaData
import FoveaTraining
import Testing
import Torch

/// Everything that trains here draws from libtorch's default generator, of which a process has one: these tests take turns.
@Suite(.serialized) struct TrainerTests {}

/// A small convolutional network, with batch normalisation and, if asked for, dropout.
final class TinyNetwork: Layer {
  let conv1: Conv2d
  let norm1: BatchNorm2d
  let conv2: Conv2d
  let norm2: BatchNorm2d
  let fc: Linear
  private let dropout: Double

  init(channels: Int = 3, classes: Int = 5, dropout: Double = 0) {
    self.dropout = dropout
    conv1 = Conv2d(channels, 8, kernel: 3, padding: 1, bias: false)
    norm1 = BatchNorm2d(8)
    conv2 = Conv2d(8, 16, kernel: 3, stride: 2, padding: 1, bias: false)
    norm2 = BatchNorm2d(16)
    fc = Linear(16, classes)
  }

  override func forward(_ x: Tensor) -> Tensor {
    let features = norm2(conv2(norm1(conv1(x)).relu())).relu().mean(dims: [2, 3])
    return fc(features.dropout(dropout, isTraining: isTraining))
  }
}

/// Coloured noise, a colour a class, made anew for each batch from (seed, epoch, batch), as a loader with augmentation would.
struct NoisyColors: BatchSource {
  let count: Int
  var batchSize = 8
  var seed: UInt64 = 5

  func batches(epoch: Int, startingAt first: Int) -> Stream { Stream(source: self, epoch: epoch, next: first) }

  func batch(epoch: Int, number: Int) -> Batch {
    var random = RandomSource(seed: seed, epoch: epoch, index: number)
    let labels = (0..<batchSize).map { _ in random.integer(in: 0..<5) }
    let colors = Tensor.randn([5, 3, 1, 1], generator: Generator(seed: 99)) * 2
    let noise = Tensor.randn([batchSize, 3, 8, 8], generator: random.generator())
    var batch = Batch(
      images: colors[Tensor(labels)] + noise, labels: Tensor(labels),
      indices: Array(number * batchSize..<(number + 1) * batchSize))
    batch.number = number
    return batch
  }

  final class Stream: BatchStream {
    private let source: NoisyColors
    private let epoch: Int
    private var next: Int

    init(source: NoisyColors, epoch: Int, next: Int) {
      self.source = source
      self.epoch = epoch
      self.next = next
    }

    func nextBatch() -> Batch? {
      guard next < source.count else { return nil }
      defer { next += 1 }
      return source.batch(epoch: epoch, number: next)
    }
  }
}

/// A tiny classifier to train, with the same initial weights each time.
func tinyModule(
  learningRate: Double = 0.05, dropout: Double = 0, schedule: (any Schedule)? = nil
) -> ClassificationModule {
  seedAll(1)
  Machine.threadCount = 1  // networks this small only wait for a second thread
  return ClassificationModule(TinyNetwork(dropout: dropout), classes: 5, labelSmoothing: 0.1) { model, plan in
    let optimizer = SGD(
      model.groupsWithoutNormDecay, learningRate: learningRate, momentum: 0.9, nesterov: true, weightDecay: 5e-4)
    return Optimization(optimizer, schedule: schedule ?? OneCycleSchedule(steps: plan.steps))
  }
}

/// Small pictures behind a loader with threads, shuffled and augmented.
func tinyLoaders() -> DataLoaders {
  let source = NoisyColors(count: 1, batchSize: 56)
  func dataset(_ epoch: Int) -> TensorDataset {
    let batch = source.batch(epoch: epoch, number: 0)
    return TensorDataset(
      images: (batch.images * 20 + 128).clamp(min: 0, max: 255).to(.uint8), labels: batch.labels!.array(Int.self),
      classNames: ["a", "b", "c", "d", "e"])
  }
  let normalize = Normalize(.half)
  return DataLoaders(
    train: DataLoader(
      dataset(0), batchSize: 8, shuffle: true,
      transform: Transforms([RandomCrop(ImageSize(8), padding: 1), RandomHorizontalFlip(), normalize]), seed: 3,
      threads: 2),
    validation: DataLoader(dataset(1), batchSize: 28, batchTransform: normalize, threads: 1))
}

func quietOptions(epochs: Int = 2) -> TrainerOptions {
  var options = TrainerOptions(maxEpochs: epochs)
  options.showsProgress = false
  options.handlesInterrupts = false
  options.precision = .fp32
  options.device = .cpu
  return options
}

func tinyData(batches: Int = 6) -> DataLoaders {
  DataLoaders(train: NoisyColors(count: batches), validation: NoisyColors(count: 2, seed: 6))
}

extension TemporaryFolder {
  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name).path) }
}

/// Notes what a trainer calls.
final class Recorder: TrainerCallback {
  var events: [String] = []
  var losses: [Double] = []
  var batches: [Int] = []
  var rates: [Double] = []
  var stepsAtSave: [Int] = []
  var rows: [(step: Int, values: [String: Double])] = []
  var onBatch: (TrainingRun) throws -> Void = { _ in }

  func onFitStart(_ run: TrainingRun) { events.append("fit start") }
  func onTrainEpochStart(_ run: TrainingRun) { events.append("epoch start") }
  func onTrainBatchEnd(_ run: TrainingRun, output: StepOutput, batch: Batch) throws {
    events.append("batch")
    losses.append(output.loss.item(Double.self))
    batches.append(batch.number)
    rates.append(run.optimizer.learningRate)
    try onBatch(run)
  }
  func onTrainEpochEnd(_ run: TrainingRun, metrics: [String: Double]) { events.append("epoch end") }
  func onValidationEnd(_ run: TrainingRun, metrics: [String: Double]) { events.append("validation") }
  func onSaveCheckpoint(_ run: TrainingRun, file: URL) {
    events.append("save")
    stepsAtSave.append(run.state.step)
  }
  func onLog(_ run: TrainingRun, values: [String: Double]) { rows.append((run.state.step, values)) }
  func onFitEnd(_ run: TrainingRun, reason: StopReason) { events.append("fit end") }
  func onException(_ run: TrainingRun, error: any Error) { events.append("exception") }
}

/// The elements of every tensor, to be compared to the bit.
func bits(_ state: StateDict) -> [String: [UInt8]] {
  Dictionary(uniqueKeysWithValues: state.map { ($0.key, $0.value.withUnsafeBytes { Array($0) }) })
}
