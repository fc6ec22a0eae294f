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

      Several processes train together, each with batches of the recipe's size, where a launcher starts them:

        torchrun --no-python --nproc-per-node 2 fovea train --recipe Recipes/fashion-mnist.yaml

      With --recipe, --resume refuses to go on where the recipe and its settings are not those of the run.
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
    guard recipe != nil || resume != nil else { throw ValidationError("give --recipe FILE, or --resume FOLDER") }
    guard recipe != nil || (data == nil && set.isEmpty) else {
      throw ValidationError("--data and --set change a recipe: give --recipe too, or --resume alone")
    }
    if let resume, let output, URL(fileURLWithPath: resume).path != URL(fileURLWithPath: output).path {
      throw ValidationError("--output and --resume name two folders, but a run goes on in its own")
    }
  }

  func run() throws {
    let processes = try ProcessGroup.shared()
    let isMain = processes?.isMain ?? true
    let (recipe, ownFolder) = try plan()
    // The first process finds a free name for all.
    let folder = try processes.map { URL(fileURLWithPath: try $0.broadcast(value: ownFolder.path)) } ?? ownFolder
    let run = try recipe.makeRun(folder: folder, progress: isMain ? downloadProgress() : nil)
    if isMain { for note in run.notes { Output.message("Note: \(note)") } }
    let result = try run.train(resume: resume != nil)
    if isMain { try finish(run, result, in: folder) }
    if result.reason == .interrupted { throw ExitCode(130) }
  }

  /// Measures what was trained, and says what came of it.
  private func finish(_ run: any RecipeRun, _ result: FitResult, in folder: URL) throws {
    if result.reason == .interrupted {
      if let note = result.skipped.note { Output.message("Note: \(note)") }
      Output.message("Stopped. Go on with: fovea train --resume \(folder.path)")
      return
    }
    let bar = ProgressBar("Evaluating", total: run.finalCount)
    var done = 0
    let outcome = try run.finish(result) { count in
      bar.advance(by: count - done)
      done = count
    }
    bar.finish()
    if let note = result.skipped.adding(outcome.skipped).note { Output.message("Note: \(note)") }
    Output.message(outcome.headline)
    if let report = outcome.report { Output.message("Report: \(report.path)") }
    Output.print(folder.path)
  }

  private func plan() throws -> (recipe: Recipe, folder: URL) {
    let settings = set + (data.map { ["data=\($0)"] } ?? [])
    let file = recipe.map { URL(fileURLWithPath: $0) }
    let given = try file.map { try Recipe(contentsOf: $0, settings: settings) }
    if let resume { return try continuation(of: URL(fileURLWithPath: resume), given) }
    guard let file, let given else { throw Failure("there is no recipe") }
    let folder = try output.map { try Output.folder($0, makes: false) }
    return (given, folder ?? freeFolder(file.deletingPathExtension().lastPathComponent))
  }

  /// The run in a folder, which goes on only as it began.
  private func continuation(of folder: URL, _ given: Recipe?) throws -> (recipe: Recipe, folder: URL) {
    let known = try Recipe(contentsOf: folder.appendingPathComponent("recipe.yaml"))
    if let given, let difference = try given.resolved.firstDifference(from: known.resolved) {
      throw Failure(
        "\(difference.key) is \(difference.value) in \(recipe ?? "the recipe") with its settings, but \(difference.other) in "
          + "\(folder.path); a run goes on as it began: give --resume alone, or begin another with --output")
    }
    return (known, folder)
  }

  /// `runs/NAME`, or with a number behind it where that is taken.
  private func freeFolder(_ name: String) -> URL {
    let runs = URL(fileURLWithPath: "runs")
    let candidates = [name] + (2...9999).map { "\(name)-\($0)" }
    let free = candidates.first { !FileManager.default.fileExists(atPath: runs.appendingPathComponent($0).path) }
    return runs.appendingPathComponent(free ?? name)
  }
}
