import ArgumentParser
import Foundation
import Fovea

/// The `fovea` command.
///
/// Results go to standard output, everything else to standard error. It ends with 0 when all went well, 1 when something
/// failed, 64 when it was called wrongly, and 130 when Ctrl-C stopped it.
@main
struct FoveaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fovea",
    abstract: "Computer vision in Swift: train, evaluate and use vision models.",
    discussion: """
      A first run, from nothing to a trained model:

        fovea train --recipe Recipes/fashion-mnist.yaml --output runs/first
        fovea evaluate runs/first
        fovea predict runs/first photo.jpg

      Exit codes: 0 success, 1 failure, 64 wrong usage, 130 stopped by Ctrl-C (a checkpoint is saved).
      """,
    version: "0.1.0",
    subcommands: [
      Train.self, Evaluate.self, Predict.self, Faces.self, Datasets.self, Models.self, Notebook.self, Benchmark.self,
      Doctor.self,
    ])

  /// Runs what the arguments say.
  ///
  /// After success it ends at once. Otherwise libtorch would take its table of operators apart entry by entry, for 0.08 s, which is a
  /// good part of what one prediction takes.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      exit(withError: error)
    }
    fflush(nil)
    _exit(0)
  }
}
