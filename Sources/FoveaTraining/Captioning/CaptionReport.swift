import Foundation
import FoveaData
import FoveaImaging
import Torch

extension CaptionRun {
  /// Writes `report.html`: curves, scores, and images with what was said of them.
  @discardableResult
  public func writeReport(
    of result: FitResult, evaluation: CaptionEvaluation, command: [String] = CommandLine.arguments
  ) throws -> URL {
    var report = Report(title: "\(recipe.model) on \(splits.name)")
    report.subtitle = "\(splits.train.count) training images, \(tokenizer.count) tokens"
    report.headlines = headlines(result, evaluation)
    report.history = try MetricsTable(contentsOf: folder.appendingPathComponent("metrics.csv"))
    if let dataset = testSet {
      report.mistakes = try evaluation.guesses.filter { !$0.isExact }.prefix(24).map { try example($0, in: dataset) }
      report.samples = try evaluation.guesses.prefix(16).map { try example($0, in: dataset) }
    }
    report.recipe = try recipe.yaml()
    report.command = command
    report.model = ModelSummary(of: model)
    report.machine = .current
    report.started = result.state.started
    report.finished = Date()
    report.seconds = result.state.seconds
    report.facts = evaluation.metrics.values.map { ($0.name, String(format: "%.4f", $0.value)) }
    report.facts += PhaseTimes.Phase.allCases.map { phase in
      ("Time: \(phase.rawValue)", String(format: "%.1f s", result.times.seconds(phase)))
    }
    report.notes = notes + [result.skipped.adding(evaluation.skipped).note].compactMap { $0 }
    let file = folder.appendingPathComponent("report.html")
    try report.write(to: file)
    return file
  }

  private func headlines(_ result: FitResult, _ evaluation: CaptionEvaluation) -> [Report.Headline] {
    func value(_ name: String) -> Double { evaluation.metrics[name] ?? .nan }
    let set = testSet?.split.rawValue ?? "no"
    return [
      .init("CIDEr-D", String(format: "%.3f", value("cider_d")), detail: "of 10; \(set) set"),
      .init(
        "Exact sentences", String(format: "%.1f %%", value("exact_match") * 100),
        detail: "\(evaluation.guesses.count) images of the \(set) set"),
      .init("BLEU-4", String(format: "%.3f", value("bleu_4")), detail: "\(configuration.beams) beams"),
      .init("Epochs", "\(result.state.epoch)", detail: "\(result.reason)"),
    ]
  }

  /// An image with its caption: its own where that is one of the references, so that it is shown as right.
  private func example(_ guess: CaptionEvaluation.Guess, in dataset: any Dataset) throws -> Report.Example {
    Report.Example(
      image: Image(try dataset[guess.index].image),
      gold: guess.isExact ? guess.caption : guess.references.first ?? "", predicted: guess.caption,
      confidence: exp(min(0, guess.score)))
  }
}
