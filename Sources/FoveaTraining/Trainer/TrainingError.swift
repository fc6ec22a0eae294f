import Foundation

/// Why a training cannot start, or cannot go on.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The loss of a batch was not a finite number.
  case nonFiniteLoss(NonFiniteLoss)
  /// The data are not what a training needs.
  case data(String)
  /// No validation measures the metric that the run is to be judged by.
  case unknownMonitor(String, measured: [String])
  /// The folder holds the checkpoints of another run.
  case folderInUse(String)
  /// A checkpoint was made by a run that this one cannot continue.
  case otherRun(file: String, problem: String)
  /// Another of the processes that train together has failed: the one with this number.
  case otherProcess(Int)
  /// The processes that train together have not the same data, model or checkpoint: something is counted differently.
  case processesDiffer(String, Int, Int)

  /// What is known about a loss that was not finite.
  public struct NonFiniteLoss: Sendable, Equatable {
    /// The loss: infinite, or not a number.
    public let value: Double
    /// The epoch, from 0.
    public let epoch: Int
    /// The batch in its epoch, from 0.
    public let batch: Int
    /// The places of the batch's samples in their set.
    public let indices: [Int]
    /// The learning rate of the step.
    public let learningRate: Double
    /// The path of the newest checkpoint, all of whose numbers come from before; nil where there is none.
    public let lastCheckpoint: String?

    public static func == (a: Self, b: Self) -> Bool {
      a.description == b.description && a.indices == b.indices
    }

    var description: String {
      let samples = indices.prefix(8).map(String.init).joined(separator: ", ") + (indices.count > 8 ? ", ..." : "")
      return "the loss is \(value.brief) in epoch \(epoch), batch \(batch) (samples \(samples)) at a learning rate of "
        + "\(learningRate); "
        + (lastCheckpoint.map { "the last good checkpoint is \($0)" } ?? "no checkpoint was saved before")
        + "; try a lower learning rate, a warm-up, gradient clipping or fp32, and look at those samples"
    }
  }

  public var description: String {
    switch self {
    case .nonFiniteLoss(let loss): loss.description
    case .data(let problem): problem
    case .unknownMonitor(let name, let measured):
      "the run is to be judged by '\(name)', but validation measures "
        + (measured.isEmpty ? "nothing" : measured.sorted().joined(separator: ", "))
    case .folderInUse(let path):
      "\(path) holds the checkpoints of an earlier run; resume it, or choose another folder"
    case .otherRun(let file, let problem):
      "\(file): \(problem); resume a run with the settings that it was started with"
    case .otherProcess(let rank):
      "process \(rank) has failed, so all have stopped; its own message says why"
    case .processesDiffer(let name, let least, let most):
      "the processes that train together differ: \(name) is \(least) in one and \(most) in another; they need the same data "
        + "and the same recipe, and a run's folder that all of them see"
    }
  }
}
