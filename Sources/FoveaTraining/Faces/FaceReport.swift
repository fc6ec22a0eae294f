import Foundation
import FoveaData
import FoveaImaging
import Torch

extension FaceRun {
  /// Writes `report.html`: what the run did, and who was taken for whom.
  ///
  /// - Returns: the file.
  @discardableResult
  public func writeReport(
    of result: FitResult, evaluation: FaceEvaluation, command: [String] = CommandLine.arguments
  ) throws -> URL {
    var report = Report(title: "\(recipe.model) on \(splits.name)")
    report.subtitle =
      "\(recipe.faces.loss.rawValue) loss, \(splits.train.count) photographs of \(splits.train.classNames.count) people"
    report.headlines = headlines(evaluation)
    report.history = try MetricsTable(contentsOf: folder.appendingPathComponent("metrics.csv"))
    report.classNames = splits.unseen?.classNames ?? []
    (report.mistakes, report.samples) = try neighbours(evaluation)
    report.recipe = try recipe.yaml()
    report.command = command
    let size = configuration.input.size
    report.model = ModelSummary(of: model, input: [1, 3, size.height, size.width])
    report.machine = .current
    report.started = result.state.started
    report.finished = Date()
    report.seconds = result.state.seconds
    report.facts = evaluation.names.map { ($0, String(format: "%.4f", evaluation.metrics[$0] ?? .nan)) }
    report.notes = notes + [result.skipped.note].compactMap { $0 }
    let file = folder.appendingPathComponent("report.html")
    try report.write(to: file)
    return file
  }

  private func headlines(_ evaluation: FaceEvaluation) -> [Report.Headline] {
    func figure(_ name: String) -> String { String(format: "%.4f", evaluation.metrics[name] ?? .nan) }
    return [
      .init("AUC", figure("auc"), detail: "\(splits.pairs.count) pairs of unseen people"),
      .init("Equal error rate", figure("eer"), detail: "accepted wrongly as often as refused wrongly"),
      .init("Rank-1", figure("rank_1"), detail: "\(finalCount) photographs, each among all others"),
      .init(
        "Threshold", String(format: "%.3f", configuration.threshold ?? .nan),
        detail: "cosine distance at a false-accept rate of \(configuration.falseAcceptRate ?? .nan)"),
    ]
  }

  /// Photographs with who is nearest to them: the wrong ones, and the first of all.
  private func neighbours(_ evaluation: FaceEvaluation) throws -> (
    mistakes: [Report.Example], samples: [Report.Example]
  ) {
    guard let unseen = unseenSet, let people = unseen.labels else { return ([], []) }
    var (mistakes, samples) = ([Report.Example](), [Report.Example]())
    for index in 0..<unseen.count where mistakes.count < 24 || samples.count < 16 {
      let similarities = evaluation.embeddings.matmul(evaluation.embeddings[index])
      similarities[index] = -2
      let nearest = Int(similarities.argmax())
      let isWrong = people[nearest] != people[index]
      guard isWrong ? mistakes.count < 24 : samples.count < 16 else { continue }
      let example = Report.Example(
        image: Image(try unseen[index].image), gold: unseen.classNames[people[index]],
        predicted: unseen.classNames[people[nearest]], confidence: max(0, Double(similarities[nearest])))
      if isWrong { mistakes.append(example) } else { samples.append(example) }
    }
    return (mistakes, samples)
  }
}
