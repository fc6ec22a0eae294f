import Foundation
import FoveaData
import FoveaImaging
import FoveaMetrics
import FoveaModels
import Torch

extension DetectionRun {
  /// Writes `report.html`: one file that shows what the run did, with gold and found boxes side by side.
  ///
  /// - Parameters:
  ///   - result: how the training ended.
  ///   - evaluation: what the network achieves on ``testSet``.
  ///   - command: the words that started the run.
  /// - Returns: the file.
  @discardableResult
  public func writeReport(
    of result: FitResult, evaluation: DetectorEvaluation, command: [String] = CommandLine.arguments
  ) throws -> URL {
    let summary = evaluation.summary
    var report = Report(title: "\(recipe.model) on \(splits.name)")
    report.subtitle = "\(splits.train.count) training images, \(splits.classNames.count) classes"
    let set = testSet.map { "\(evaluation.found.count) images of the \($0.split.rawValue) set" } ?? ""
    report.headlines = [
      .init("AP", summary.averagePrecision.percent, detail: "mean over overlaps of 0.5 to 0.95, \(set)"),
      .init("AP50", summary.averagePrecision50.percent, detail: "overlap of at least 0.5"),
      .init("Epochs", "\(result.state.epoch)", detail: "\(result.reason)"),
    ]
    report.history = try MetricsTable(contentsOf: folder.appendingPathComponent("metrics.csv"))
    report.classNames = configuration.classNames
    report.precisionRecall = summary.classes.map { ($0.name, $0.precision(overlap: 0.5)) }
    if let testSet {
      report.detections = try zip(evaluation.found, evaluation.indices).prefix(12).map {
        try picture($0, at: $1, of: testSet)
      }
    }
    report.recipe = try recipe.yaml()
    report.command = command
    report.model = ModelSummary(of: model)
    report.machine = .current
    report.started = result.state.started
    report.finished = Date()
    report.seconds = result.state.seconds
    report.facts = summary.classes.map { one in
      ("AP of \(one.name)", "\(one.averagePrecision.percent) (AP50 \(one.averagePrecision(overlap: 0.5).percent))")
    }
    report.facts += zip(COCOSummary.names, summary.values).map { ($0, $1.percent) }
    report.facts += PhaseTimes.Phase.allCases.map { phase in
      ("Time: \(phase.rawValue)", String(format: "%.1f s", result.times.seconds(phase)))
    }
    report.notes = notes + [result.skipped.adding(evaluation.skipped).note].compactMap { $0 }
    let file = folder.appendingPathComponent("report.html")
    try report.write(to: file)
    return file
  }

  /// An image with its gold boxes, and beside it with those that were found.
  private func picture(_ found: Detections, at index: Int, of dataset: any Dataset) throws -> Image {
    let sample = try dataset[index]
    let image = Image(sample.image)
    let shown = found[(found.scores .>= configuration.threshold).nonzero().squeeze(1)]
    let gold = try image.drawing(
      boxes: sample.boxes?.values ?? .zeros([0, 4]), classes: sample.boxLabels?.array(Int.self) ?? [],
      names: configuration.classNames)
    let predicted = try image.drawing(
      boxes: shown.boxes.values, classes: shown.labels.array(Int.self), names: configuration.classNames,
      scores: shown.scores.array(Double.self))
    return Image(Tensor.cat([gold.tensor, predicted.tensor], dim: 2))
  }
}

extension Double {
  /// `87.3 %`; a dash where there was nothing to be found.
  fileprivate var percent: String { self < 0 || isNaN ? "-" : String(format: "%.1f %%", self * 100) }
}
