import ArgumentParser
import Foundation
import Fovea

/// `fovea evaluate`: what a model achieves on a set.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a trained model on its test set, or on other data.",
    discussion: """
      Without --data, the test set of the run's own data is used. Of other data, the test set, for want of it the validation
      set, or all of it where it has no parts. With --json, one object with every metric by its name, null for those that
      cannot be computed.

        fovea evaluate runs/demo
        fovea evaluate runs/demo --data folder:photos --json
        fovea evaluate facebook/detr-resnet-50 --data coco:coco/val2017
      """)

  @Argument(help: ArgumentHelp("The folder of a run or a model, or a model's name on the Hub.", valueName: "run"))
  var path: String

  @Option(help: ArgumentHelp("The data set, NAME[:PATH]; see `fovea datasets list`.", valueName: "spec"))
  var data: String?

  @Option(help: "Which part of the data: test, validation or train.")
  var split: Split = .test

  @Option(help: "Images a batch.")
  var batchSize = 250

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: "Where to compute: auto, cpu, cuda, cuda:N or mps.")
  var device = "auto"

  func validate() throws {
    guard batchSize > 0 else { throw ValidationError("--batch-size is \(batchSize); it must be 1 or more") }
  }

  func run() throws {
    let folder = try Hub().location(ofModel: path, progress: downloadProgress())
    switch try VisionTask(ofModelIn: folder) {
    case .classification: try evaluateClassifier(in: folder)
    case .faces:
      try FaceEvaluationAnswer.print(of: folder, data: data, device: Device(device), asJSON: json)
    case .detection: try evaluateDetector(in: folder)
    case .captioning: try evaluateCaptioner(in: folder)
    }
  }

  private func evaluateClassifier(in folder: URL) throws {
    let classifier = try Classifier(contentsOf: folder, device: Device(device))
    let dataset = try dataset(of: folder)
    let bar = ProgressBar("Evaluating", total: dataset.count)
    var done = 0
    let result = try classifier.evaluate(dataset, batchSize: batchSize) { count in
      bar.advance(by: count - done)
      done = count
    }
    bar.finish()
    if json { return try Output.json(result.metrics) }
    Output.table(result.names.map { [$0, String(format: "%.4f", result.metrics[$0] ?? .nan)] })
  }

  /// COCO's table, and the average precision of each class.
  private func evaluateDetector(in folder: URL) throws {
    let detector = try Detector(contentsOf: folder, device: Device(device))
    let dataset = try dataset(of: folder)
    let bar = ProgressBar("Evaluating", total: dataset.count)
    var done = 0
    let result = try detector.evaluate(dataset, batchSize: min(batchSize, 8)) { count in
      bar.advance(by: count - done)
      done = count
    }
    bar.finish()
    if json { return try Output.json(result.summary.numbers) }
    Output.print(result.summary.description)
    Output.table(
      [["class", "objects", "AP", "AP50"]]
        + result.summary.classes.map { one in
          [one.name, "\(one.goldCount)"]
            + [one.averagePrecision, one.averagePrecision(overlap: 0.5)].map { String(format: "%.3f", $0) }
        })
  }

  private func evaluateCaptioner(in folder: URL) throws {
    let captioner = try Captioner(contentsOf: folder, device: Device(device))
    let dataset = try dataset(of: folder)
    let bar = ProgressBar("Evaluating", total: dataset.count)
    var done = 0
    let result = try captioner.evaluate(dataset, batchSize: min(batchSize, 100)) { count in
      bar.advance(by: count - done)
      done = count
    }
    bar.finish()
    let values = result.metrics.values
    if json { return try Output.json(Dictionary(values.map { ($0.name, $0.value) }) { first, _ in first }) }
    Output.table(values.map { [$0.name, String(format: "%.4f", $0.value)] })
  }

  /// The set to measure on, which it names. Nothing is held out of data that was asked for.
  private func dataset(of folder: URL) throws -> any Dataset {
    let recipe = folder.appendingPathComponent("recipe.yaml")
    let known = data == nil ? try Recipe(contentsOf: recipe) : nil
    let spec = try DataSpec(data ?? known?.data ?? "")
    let splits = try spec.load(
      validationFraction: known?.validationFraction ?? 0, seed: known?.seed ?? 0,
      annotations: known?.detection.faults ?? .drop, progress: downloadProgress())
    let judge = split == .test ? splits.test ?? splits.validation : splits[split]
    let isWhole = judge == nil && known == nil && split == .test
    guard let dataset = isWhole ? splits.train : judge, !dataset.isEmpty else {
      throw Failure("\(spec) has no \(split.rawValue) set")
    }
    let part = isWhole ? "all of it" : dataset.split.rawValue
    Output.message("\(dataset.count) images of \(data ?? "the run's data"), \(part)")
    return dataset
  }
}

extension Split: ExpressibleByArgument {}
