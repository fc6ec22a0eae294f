import ArgumentParser
import Foundation
import Fovea

/// `fovea faces evaluate`: what a model achieves on people.
struct FacesEvaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure verification and identification on people, or by LFW's protocol.",
    discussion: """
      Without --data, the people whom the run held out. With --view2, the 6,000 pairs of LFW's pairs.txt in ten folds.
      Pictures are taken as faces already; `fovea faces align` makes them.
      """)

  @Argument(help: ArgumentHelp("A run's folder.", valueName: "run"))
  var path: String

  @Option(help: ArgumentHelp("The people: people:PATH or lfw[:PATH].", valueName: "spec"))
  var data: String?

  @Flag(name: .customLong("view2"), help: "LFW's ten folds of pairs.txt.")
  var viewTwo = false

  @Flag(help: "Take the folds' mean embeddings off, with --view2.")
  var subtractMean = false

  @Option(help: "Give the threshold for this share of false accepts.")
  var falseAcceptRate = 0.001

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: "Where to compute: auto, cpu, cuda, cuda:N or mps.")
  var device = "auto"

  func validate() throws {
    guard (0...1).contains(falseAcceptRate) else {
      throw ValidationError("--false-accept-rate is \(falseAcceptRate); it must be 0 to 1")
    }
  }

  func run() throws {
    try FaceEvaluationAnswer.print(
      of: URL(fileURLWithPath: path), data: data, viewTwo: viewTwo, subtractsMean: subtractMean,
      falseAcceptRate: falseAcceptRate, device: Device(device), asJSON: json)
  }
}

/// Measures a face embedder, and prints what came out: for `fovea evaluate` and `fovea faces evaluate`.
enum FaceEvaluationAnswer {
  static func print(
    of folder: URL, data: String?, viewTwo: Bool = false, subtractsMean: Bool = false, falseAcceptRate: Double = 0.001,
    device: Device, asJSON: Bool
  ) throws {
    let recognizer = try FaceRecognizer(contentsOf: folder, device: device)
    let (photographs, pairs, folds, skipped) = try people(of: folder, data: data, viewTwo: viewTwo)
    if skipped > 0 { Output.message("skipped \(skipped) pairs, as photographs of theirs are not there") }
    Output.message(
      "\(photographs.count) photographs of \(Set(photographs.labels ?? []).count) people, \(pairs.count) pairs")
    let bar = ProgressBar("Embedding", total: photographs.count)
    var done = 0
    let result = try recognizer.evaluate(photographs, pairs: pairs, folds: folds, subtractsMean: subtractsMean) {
      count in
      bar.advance(by: count - done)
      done = count
    }
    bar.finish()
    let threshold = result.curve?.threshold(atFalseAcceptRate: falseAcceptRate)
    if asJSON {
      var metrics = result.metrics
      metrics["threshold"] = threshold
      return try Output.json(metrics)
    }
    Output.table(result.names.map { [$0, String(format: "%.4f", result.metrics[$0] ?? .nan)] })
    if let threshold {
      Output.table([["threshold", String(format: "%.4f at a false-accept rate of %g", threshold, falseAcceptRate)]])
    }
  }

  private static func people(
    of folder: URL, data: String?, viewTwo: Bool
  ) throws -> (photographs: ImageFolder, pairs: [FacePair], folds: Int, skipped: Int) {
    let known = data == nil ? try Recipe(contentsOf: folder.appendingPathComponent("recipe.yaml")) : nil
    let spec = try DataSpec(data ?? known?.data ?? "")
    let splits: FaceSplits
    if viewTwo {
      splits = try .view2(spec.openLFW(progress: downloadProgress()), name: spec.description)
    } else {
      splits = try spec.faces(
        heldOut: known?.validationFraction ?? 0, seed: known?.seed ?? 0, progress: downloadProgress())
    }
    if let unseen = splits.unseen { return (unseen, splits.pairs, splits.folds, splits.skippedPairs) }
    // A set of its own, all of which is judged by.
    return (splits.train, FaceSplits.pairs(of: splits.train), 0, 0)
  }
}
