import ArgumentParser
import Foundation
import Fovea

/// `fovea train`: from a recipe to a trained model.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a model as a recipe says.",
    discussion: """
      The run's folder holds the resolved recipe, the weights, checkpoints, metrics.csv, TensorBoard's events and
      report.html. Ctrl-C finishes the step and saves a checkpoint; --resume goes on from there.

        fovea train --recipe Recipes/fashion-mnist.yaml
        fovea train --recipe Recipes/cifar10-resnet18.yaml --data folder:photos --set training.epochs=3
        fovea train --resume runs/fashion-mnist
      """)

  @Option(help: ArgumentHelp("The recipe, a YAML file.", valueName: "file"))
  var recipe: String?

  @Option(help: ArgumentHelp("Change one value of the recipe; may be given often.", valueName: "key=value"))
  var set: [String] = []

  @Option(help: ArgumentHelp("The data set, NAME[:PATH], in place of the recipe's.", valueName: "spec"))
  var data: String?

  @Option(help: ArgumentHelp("The run's folder; runs/NAME-OF-THE-RECIPE unless given.", valueName: "folder"))
  var output: String?

  @Option(help: ArgumentHelp("Go on with the run in this folder.", valueName: "folder"))
  var resume: String?

  func validate() throws {
    guard (recipe == nil) != (resume == nil) else {
      throw ValidationError("give either --recipe FILE, or --resume FOLDER")
    }
    guard resume == nil || (output == nil && data == nil && set.isEmpty) else {
      throw ValidationError("--resume goes on as the run began: it takes no --output, --data or --set")
    }
  }

  func run() throws {
    let (recipe, folder) = try plan()
    let run = try recipe.makeRun(folder: folder, progress: downloadProgress())
    for note in run.notes { Output.message("Note: \(note)") }
    let result = try run.train(resume: resume != nil)
    if result.reason == .interrupted {
      Output.message("Stopped. Go on with: fovea train --resume \(folder.path)")
      throw ExitCode(130)
    }
    let bar = ProgressBar("Evaluating", total: run.finalCount)
    var done = 0
    let outcome = try run.finish(result) { count in
      bar.advance(by: count - done)
      done = count
    }
    bar.finish()
    Output.message(outcome.headline)
    if let report = outcome.report { Output.message("Report: \(report.path)") }
    Output.print(folder.path)
  }

  private func plan() throws -> (recipe: Recipe, folder: URL) {
    if let resume {
      let folder = URL(fileURLWithPath: resume)
      return (try Recipe(contentsOf: folder.appendingPathComponent("recipe.yaml")), folder)
    }
    let file = URL(fileURLWithPath: recipe ?? "")
    let settings = set + (data.map { ["data=\($0)"] } ?? [])
    let recipe = try Recipe(contentsOf: file, settings: settings)
    return (
      recipe, output.map { URL(fileURLWithPath: $0) } ?? freeFolder(file.deletingPathExtension().lastPathComponent)
    )
  }

  /// `runs/NAME`, or with a number behind it where that is taken.
  private func freeFolder(_ name: String) -> URL {
    let runs = URL(fileURLWithPath: "runs")
    let candidates = [name] + (2...9999).map { "\(name)-\($0)" }
    let free = candidates.first { !FileManager.default.fileExists(atPath: runs.appendingPathComponent($0).path) }
    return runs.appendingPathComponent(free ?? name)
  }
}
