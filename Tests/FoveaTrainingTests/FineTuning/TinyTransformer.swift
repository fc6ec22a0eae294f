import FoveaData
import FoveaModels
import FoveaTraining
import Torch

/// A vision transformer that learns in a second, and something for it to learn.
enum TinyTransformer {
  static var configuration: VisionTransformer.Configuration {
    var configuration = VisionTransformer.Configuration(width: 24, depth: 2, heads: 2)
    configuration.imageSize = 16
    configuration.patchSize = 4
    return configuration
  }

  static let classNames = ["red", "green", "blue"]
  static let input = ClassifierInput(size: ImageSize(16), resize: 16, channels: 3, statistics: .half)

  static func make(seed: UInt64 = 1) -> VisionTransformer {
    seedAll(seed)
    Machine.threadCount = 1  // networks this small only wait for a second thread
    return VisionTransformer(configuration, classes: classNames.count)
  }

  /// Noisy pictures, brighter in one channel than in the others.
  static func pictures(_ count: Int = 48, seed: UInt64 = 5) -> TensorDataset {
    let labels = (0..<count).map { $0 % 3 }
    let images = Tensor.randn([count, 3, 16, 16], generator: Generator(seed: seed)) * 30 + 110
    for (index, label) in labels.enumerated() { _ = images[index, label].add_(40) }
    return TensorDataset(
      images: images.clamp(min: 0, max: 255).to(.uint8), labels: labels, classNames: classNames)
  }

  static func arguments() -> TrainingArguments {
    var arguments = TrainingArguments()
    arguments.numTrainEpochs = 20
    arguments.perDeviceTrainBatchSize = 16
    arguments.perDeviceEvalBatchSize = 48
    arguments.learningRate = 3e-3
    arguments.dataloaderNumWorkers = 1
    arguments.disableTqdm = true
    return arguments
  }
}
