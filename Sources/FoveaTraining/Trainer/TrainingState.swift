import Foundation

/// Where a run stands: all of it that is not a tensor. It is saved with each checkpoint.
public struct TrainingState: Sendable, Codable, Equatable {
  /// The epoch in progress, from 0; after the last, the number of epochs.
  public internal(set) var epoch = 0
  /// The batches of this epoch that are done.
  public internal(set) var batch = 0
  /// The optimizer steps that are done.
  public internal(set) var step = 0
  /// Seconds of training, those before a resumption included.
  public internal(set) var seconds = 0.0
  /// When the run began, the first of its processes; nil where a checkpoint does not tell.
  public internal(set) var started: Date?
  /// Where the time went until the last checkpoint; nil in one that does not tell.
  var times: PhaseTimes?
  /// The best validations so far, best first.
  public internal(set) var best: [Judged] = []
  /// Validations without progress since the last with.
  public internal(set) var badValidations = 0
  /// The step of the last validation.
  public internal(set) var validatedStep: Int?
  /// The metrics of the last validation.
  public internal(set) var lastMetrics: [String: Double] = [:]

  /// The value that the next validation has to beat, for early stopping.
  var bar: Double?
  /// What the schedule remembers.
  var schedule: [String: Double] = [:]
  /// What callbacks remember, by their types.
  var callbacks: [String: [String: Double]] = [:]
  /// Means over the epoch in progress.
  var epochMeans: [String: WeightedMean] = [:]
  /// The mean loss since the last row of the log.
  var recentLoss = WeightedMean()
  /// The optimizer's learning rate before any schedule.
  var baseLearningRate = 0.0
  /// The optimizer's class.
  var optimizer = ""
  /// What must not change when the run is resumed.
  var fingerprint: [String: Int] = [:]

  /// A validation by its step.
  public struct Judged: Sendable, Codable, Equatable {
    /// The optimizer steps that were done.
    public let step: Int
    /// The value of the monitored metric.
    public let value: Double
  }

  /// A mean of numbers with weights.
  struct WeightedMean: Sendable, Codable, Equatable {
    private var sum = 0.0
    private var weight = 0.0

    mutating func add(_ value: Double, weight: Int) {
      sum += value * Double(weight)
      self.weight += Double(weight)
    }

    /// The mean; nil of nothing.
    var value: Double? { weight > 0 ? sum / weight : nil }
  }
}

/// Why a training ended.
public enum StopReason: String, Sendable, Codable {
  /// All epochs are done.
  case maxEpochs
  /// So many steps are done.
  case maxSteps
  /// So much time is over.
  case maxTime
  /// There was no more progress.
  case earlyStopping
  /// Ctrl-C, or SIGTERM.
  case interrupted
  /// A callback asked for it.
  case callback
}
