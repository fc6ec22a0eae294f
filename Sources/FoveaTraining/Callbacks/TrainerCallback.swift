import Foundation
import FoveaData

/// Something that looks on while a run goes, and may end it with ``TrainingRun/stop(_:)``. The names are Lightning's.
///
/// Every method does nothing unless it is written. Callbacks are called in the order in which the trainer got them.
public protocol TrainerCallback: AnyObject {
  /// Everything is ready; a resumed run stands where it stopped.
  func onFitStart(_ run: TrainingRun) throws
  /// An epoch begins, or goes on after a resumption.
  func onTrainEpochStart(_ run: TrainingRun) throws
  /// A batch was learnt from.
  func onTrainBatchEnd(_ run: TrainingRun, output: StepOutput, batch: Batch) throws
  /// All batches of an epoch are done; `metrics` are means over it.
  func onTrainEpochEnd(_ run: TrainingRun, metrics: [String: Double]) throws
  /// A validation begins, over so many batches.
  func onValidationStart(_ run: TrainingRun, batches: Int) throws
  /// A batch was validated.
  func onValidationBatchEnd(_ run: TrainingRun, output: StepOutput, batch: Batch) throws
  /// A validation is done.
  func onValidationEnd(_ run: TrainingRun, metrics: [String: Double]) throws
  /// Numbers are to be recorded, such as `loss/train`.
  func onLog(_ run: TrainingRun, values: [String: Double]) throws
  /// A checkpoint was saved.
  func onSaveCheckpoint(_ run: TrainingRun, file: URL) throws
  /// The run ended, or stopped so that it can be resumed.
  func onFitEnd(_ run: TrainingRun, reason: StopReason) throws
  /// The run failed.
  func onException(_ run: TrainingRun, error: any Error)

  /// Numbers to be saved with checkpoints, and set when a run is resumed.
  var state: [String: Double] { get set }
}

extension TrainerCallback {
  public func onFitStart(_ run: TrainingRun) throws {}
  public func onTrainEpochStart(_ run: TrainingRun) throws {}
  public func onTrainBatchEnd(_ run: TrainingRun, output: StepOutput, batch: Batch) throws {}
  public func onTrainEpochEnd(_ run: TrainingRun, metrics: [String: Double]) throws {}
  public func onValidationStart(_ run: TrainingRun, batches: Int) throws {}
  public func onValidationBatchEnd(_ run: TrainingRun, output: StepOutput, batch: Batch) throws {}
  public func onValidationEnd(_ run: TrainingRun, metrics: [String: Double]) throws {}
  public func onLog(_ run: TrainingRun, values: [String: Double]) throws {}
  public func onSaveCheckpoint(_ run: TrainingRun, file: URL) throws {}
  public func onFitEnd(_ run: TrainingRun, reason: StopReason) throws {}
  public func onException(_ run: TrainingRun, error: any Error) {}
  public var state: [String: Double] {
    get { [:] }
    set {}
  }
}
