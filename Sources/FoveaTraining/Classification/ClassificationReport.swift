import Foundation
import FoveaData
import FoveaImaging
import Torch

extension ClassificationRun {
  /// Writes `report.html`: one file that shows what the run did and where the model errs.
  ///
  /// - Parameters:
  ///   - result: how the training ended.
  ///   - evaluation: what the network achieves on ``testSet``.
  ///   - command: the words that started the run.
  /// - Returns: the file.
  @discardableResult
  public func writeReport(
    of result: FitResult, evaluation: ClassifierEvaluation, command: [String] = CommandLine.arguments
  ) throws -> URL {
    var report = Report(title: "\(recipe.model) on \(splits.name)")
    report.subtitle = "\(splits.train.count) training images, \(splits.classNames.count) classes"
    report.headlines = headlines(result, evaluation)
    report.history = try MetricsTable(contentsOf: folder.appendingPathComponent("metrics.csv"))
    report.confusion = evaluation.confusion
    report.classNames = configuration.classNames
    report.reliability = evaluation.reliability
    if let dataset = testSet {
      report.mistakes = try evaluation.mistakes(24).map { try example($0, in: dataset) }
      report.samples = try evaluation.guesses.prefix(16).map { try example($0, in: dataset) }
    }
    report.recipe = try recipe.yaml()
    report.command = command
    report.model = ModelSummary(
      of: model,
      input: [1, configuration.input.channels, configuration.input.size.height, configuration.input.size.width])
    report.machine = .current
    report.started = result.state.started
    report.finished = Date()
    report.seconds = result.state.seconds
    report.facts = PhaseTimes.Phase.allCases.map { phase in
      ("Time: \(phase.rawValue)", String(format: "%.1f s", result.times.seconds(phase)))
    }
    report.notes = notes + [result.skipped.adding(evaluation.skipped).note].compactMap { $0 }
    let file = folder.appendingPathComponent("report.html")
    try report.write(to: file)
    return file
  }

  private func headlines(_ result: FitResult, _ evaluation: ClassifierEvaluation) -> [Report.Headline] {
    func percent(_ name: String) -> String { String(format: "%.2f %%", (evaluation.metrics[name] ?? .nan) * 100) }
    let set = testSet?.split.rawValue ?? "no"
    return [
      .init("Accuracy", percent("accuracy"), detail: "\(evaluation.guesses.count) images of the \(set) set"),
      .init("F1", percent("f1_macro"), detail: "mean over classes"),
      .init("Loss", String(format: "%.4f", evaluation.metrics["loss"] ?? .nan), detail: "cross-entropy, \(set) set"),
      .init("Epochs", "\(result.state.epoch)", detail: "\(result.reason)"),
    ]
  }

  private func example(_ guess: ClassifierEvaluation.Guess, in dataset: any Dataset) throws -> Report.Example {
    Report.Example(
      image: Image(try dataset[guess.index].image), gold: configuration.classNames[guess.gold],
      predicted: configuration.classNames[guess.predicted], confidence: guess.confidence)
  }
}
