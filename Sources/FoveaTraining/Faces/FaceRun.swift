import Foundation
import FoveaData
import FoveaModels
import Torch

/// A recipe for a face embedder brought to life. See ``RecipeRun`` for the folder that it fills.
///
/// It is judged by people who were never seen in training: by the data's own list of them, or by those whom
/// `validation_fraction` holds out. `unseen.json` has their names.
public final class FaceRun: RecipeRun {
  /// The recipe, with every default.
  public let recipe: Recipe
  /// Where everything goes.
  public let folder: URL
  /// Who is learned from, and who judges.
  public let splits: FaceSplits
  /// What a use of the model needs to know.
  public private(set) var configuration: FaceConfiguration
  /// The network.
  public let model: any FaceEmbedder
  public private(set) var notes: [String] = []

  let trainingSet: any Dataset
  let unseenSet: (any Dataset)?

  public init(_ recipe: Recipe, folder: URL, progress: ProgressHandler? = nil) throws {
    self.recipe = recipe
    self.folder = folder
    splits = try DataSpec(recipe.data).faces(heldOut: recipe.validationFraction, seed: recipe.seed, progress: progress)
    let architecture = try FaceArchitecture.named(recipe.model)
    let size = try Self.inputSize(of: splits.train, recipe.images)
    trainingSet = try Self.loaded(splits.train, size)
    unseenSet = try splits.unseen.map { try Self.loaded($0, size) }
    configuration = FaceConfiguration(
      architecture: recipe.model, embeddingSize: recipe.faces.embeddingSize ?? architecture.embeddingSize,
      input: FaceInput(size: size, statistics: try Self.statistics(of: trainingSet, recipe.images)))
    seedAll(recipe.seed)
    model = try configuration.makeModel(dropout: recipe.faces.dropout)
    try checkPeople()
    if let weights = recipe.weights { try load(weights) }
    if splits.skippedPairs > 0 {
      notes.append("\(splits.skippedPairs) pairs of the list were skipped, as photographs of theirs are not there")
    }
    if unseenSet == nil { notes.append("nobody was held out to judge by: set validation_fraction") }
  }

  public func train(resume: Bool = false, callbacks: [any TrainerCallback] = []) throws -> FitResult {
    let module = FaceModule(
      model, people: splits.train.classNames.count, recipe: recipe.faces, pairs: splits.pairs,
      optimization: recipe.optimization)
    return try recipe.train(module, model, in: folder, resume: resume, callbacks: callbacks, on: loaders) {
      try configuration.write(to: folder)
      try JSONEncoder().encode(splits.unseen?.classNames ?? [])
        .write(to: folder.appendingPathComponent("unseen.json"), options: .atomic)
    }
  }

  public var finalCount: Int { unseenSet?.count ?? 0 }

  public func finish(_ result: FitResult, progress: (Int) -> Void) throws -> RunOutcome {
    guard let unseen = unseenSet else {
      return RunOutcome(headline: "There was nobody to measure on", metrics: [:], report: nil)
    }
    model.eval()
    let device = try Device(recipe.training.device)
    let evaluation = try FaceEvaluation(
      of: { self.model.flipAveraged($0.to(device)) }, on: unseen, input: configuration.input, pairs: splits.pairs,
      folds: splits.folds, threads: recipe.training.loaderThreads, progress: progress)
    if let curve = evaluation.curve {
      configuration.falseAcceptRate = 0.01
      configuration.threshold = max(0, curve.threshold(atFalseAcceptRate: 0.01))
      try configuration.write(to: folder)
    }
    func figure(_ name: String) -> String { String(format: "%.4f", evaluation.metrics[name] ?? .nan) }
    return RunOutcome(
      headline: "Unseen people: AUC \(figure("auc")), equal error rate \(figure("eer")), rank-1 \(figure("rank_1")) "
        + "(\(unseen.classNames.count) people, \(unseen.count) photographs, \(splits.pairs.count) pairs)",
      metrics: evaluation.metrics, report: try writeReport(of: result, evaluation: evaluation))
  }

  private func load(_ weights: String) throws {
    let published = try StateDict(contentsOf: URL(fileURLWithPath: weights))
      .mapKeys { $0.hasPrefix("logits.") ? nil : $0 }  // facenet-pytorch's classifier of its training people
    let report = try model.loadStateDict(published, strict: false)
    if report.missing.count + report.misshapen.count == model.stateDict().count {
      throw RecipeError("weights", "\(weights) has nothing in common with \(recipe.model)")
    }
    if !report.isClean { notes.append("not all weights are the file's: \(report)") }
  }
}
