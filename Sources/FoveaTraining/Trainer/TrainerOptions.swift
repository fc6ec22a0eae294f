import Torch

/// How a ``Trainer`` trains. The names are those of Lightning's `Trainer` where it has the option.
public struct TrainerOptions: Sendable {
  /// How often all of the data are gone through.
  public var maxEpochs = 10
  /// Stops after so many optimizer steps; nil never.
  public var maxSteps: Int?
  /// Stops after so much time, that of a resumed run's earlier parts included; nil never.
  public var maxTime: Duration?

  /// Runs one batch of training and one of validation, and writes nothing: does it run at all?
  public var fastDevRun = false
  /// Learns from so many batches only, the same in each epoch, and validates on them: can it learn at all? 0 is off.
  public var overfitBatches = 0
  /// At most so many batches an epoch.
  public var limitTrainBatches: Int?
  /// At most so many batches a validation.
  public var limitValidationBatches: Int?

  /// Batches whose gradients are averaged before a step.
  public var accumulateGradBatches = 1
  /// How gradients are kept from exploding.
  public var gradientClip: GradientClip?
  /// The type of matrix products and convolutions.
  public var precision = Precision.auto
  /// Where to train; nil takes the fastest.
  public var device: Device?
  /// Whether images and convolutions have the channels of a pixel side by side in memory; nil where there are convolutions.
  public var channelsLast: Bool?
  /// The decay of a running average of the weights, which is then what is validated and saved; nil for none.
  public var ema: Double?

  /// Batches to validate on before anything is trained, to find errors there at once.
  public var sanityValidationBatches = 2
  /// Validates every so many steps; nil at the end of each epoch.
  public var validateEverySteps: Int?
  /// The validation metric by which a run is judged.
  public var monitor = Monitor("loss")
  /// Stops after so many validations without progress; nil never.
  public var earlyStopping: EarlyStopping?

  /// How many of the best checkpoints are kept, beside the two newest.
  public var keepBest = 1
  /// Saves a checkpoint every so many steps, beside those after each validation and epoch; nil for none.
  public var checkpointEverySteps: Int?
  /// Whether checkpoints are saved at all. Without them a run cannot be resumed, and its last weights are its result.
  public var savesCheckpoints = true
  /// Gives the model the best weights in the end, not the last.
  public var loadBestAtEnd = false

  /// Writes a row of the log every so many steps.
  public var logEverySteps = 50
  /// Shows a line that says how far the run is.
  public var showsProgress = true
  /// Shows the model's modules and parameters before it is trained.
  public var showsModelSummary = false
  /// Shows where the time went, in the end.
  public var showsProfile = false

  /// The same bits in every run on the same machine; operators that cannot are refused.
  public var deterministic = false
  /// Of dropout and all else that draws from libtorch's default generators; nil leaves them alone.
  public var seed: UInt64? = 0
  /// Whether the first Ctrl-C (or SIGTERM) ends the run after the step, saved, and the second at once.
  public var handlesInterrupts = true

  /// Every option with its default.
  public init() {}

  /// The usual ones.
  public init(maxEpochs: Int, monitor: Monitor = Monitor("loss")) {
    self.maxEpochs = maxEpochs
    self.monitor = monitor
  }
}

/// How gradients are kept from exploding.
public enum GradientClip: Sendable, Hashable {
  /// All gradients are shrunk by one factor so that their common 2-norm is at most this.
  case norm(Double)
  /// Each element is limited to plus or minus this.
  case value(Double)
}

/// When to give up on further progress.
public struct EarlyStopping: Sendable, Hashable {
  /// How many validations without progress are borne.
  public var patience: Int
  /// How much better a value must be to count.
  public var minDelta: Double

  public init(patience: Int, minDelta: Double = 0) {
    self.patience = patience
    self.minDelta = minDelta
  }
}

/// The validation metric by which a run is judged.
public struct Monitor: Sendable, Hashable {
  /// Its name, such as `accuracy`; Lightning's `val_accuracy` and Hugging Face's `eval_accuracy` mean the same.
  public let name: String
  /// Whether larger values are better.
  public let isLargerBetter: Bool

  /// - Parameter isLargerBetter: nil takes losses and errors to be better when smaller, all else when larger.
  public init(_ name: String, isLargerBetter: Bool? = nil) {
    let prefix = ["val_", "eval_"].first { name.hasPrefix($0) } ?? ""
    self.name = String(name.dropFirst(prefix.count))
    self.isLargerBetter = isLargerBetter ?? !(name.contains("loss") || name.contains("error"))
  }

  func isBetter(_ value: Double, than other: Double) -> Bool { isLargerBetter ? value > other : value < other }
}

/// The type of matrix products and convolutions in training; weights and sums stay float32.
public enum Precision: String, Sendable, CaseIterable, Codable {
  /// float32 throughout.
  case fp32
  /// bfloat16 where that is safe: half the memory traffic, the range of float32, fewer digits.
  case bf16
  /// bf16 where the hardware multiplies it, fp32 elsewhere.
  case auto

  /// The type for autocast; nil for none.
  public func autocastType(on device: Device) -> DType? {
    switch self {
    case .fp32: nil
    case .bf16: .bfloat16
    case .auto:
      switch device.kind {
      case .cpu: Machine.hasFastBFloat16 ? .bfloat16 : nil
      case .cuda: .bfloat16
      case .mps: nil
      }
    }
  }
}
