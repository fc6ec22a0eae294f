import Foundation

/// Writes what a run logs into its folder: `metrics.csv`, and TensorBoard's events.
///
/// A resumed run drops what the logs hold of later steps, so they read as if it had never stopped.
public final class RunRecords: TrainerCallback {
  private let folder: URL
  private var table: CSVLog?
  private var events: TensorBoardLog?

  public init(in folder: URL) { self.folder = folder }

  public func onFitStart(_ run: TrainingRun) throws {
    let step = run.isResumed ? run.state.step : nil
    table = try CSVLog(at: folder.appendingPathComponent("metrics.csv"), resumingAt: step)
    events = try TensorBoardLog(in: folder, resumingAt: step)
  }

  public func onLog(_ run: TrainingRun, values: [String: Double]) throws {
    try table?.write(values, step: run.state.step, epoch: run.state.epoch)
    try events?.scalars(values, step: run.state.step)
  }
}
