import Foundation
import FoveaData
import FoveaModels
import Torch

/// A recipe for a captioner brought to life. See ``RecipeRun`` for the folder that it fills; a captioner's has its
/// `tokenizer.json` too.
public final class CaptionRun: RecipeRun {
  public let recipe: Recipe
  public let folder: URL
  /// The parts of the data.
  public let splits: DataSplits
  /// What a prediction needs to know of the model.
  public let configuration: CaptionerConfiguration
  public let tokenizer: any Tokenizer
  /// The network.
  public let model: CaptionModel
  public private(set) var notes: [String] = []

  private let captions: any CaptionedDataset

  public init(_ recipe: Recipe, folder: URL, progress: ProgressHandler? = nil) throws {
    self.recipe = recipe
    self.folder = folder
    splits = try DataSpec(recipe.data)
      .load(validationFraction: recipe.validationFraction, seed: recipe.seed, progress: progress)
    guard let captions = splits.train as? any CaptionedDataset else {
      throw RecipeError("data", "'\(recipe.data)' has no captions; `fovea datasets list` shows sets that have")
    }
    guard let architecture = CaptionerConfiguration.Architecture(rawValue: recipe.model) else {
      throw RecipeError("model", "'\(recipe.model)' is no captioner")
    }
    self.captions = captions
    tokenizer = try Self.tokenizer(recipe.captioning, captions: captions)
    configuration = CaptionerConfiguration(
      recipe, architecture: architecture, vocabulary: tokenizer.count,
      specialTokens: try .init(of: tokenizer, named: recipe.captioning.tokenizer ?? "the learned tokenizer"),
      input: try ClassificationRun.input(
        for: splits.train, recipe.images, onBrokenSample: recipe.training.onBrokenSample))
    seedAll(recipe.seed)
    model = configuration.makeModel()
    if let weights = recipe.weights { try load(weights) }
    if recipe.captioning.freezeEncoder { model.encoderParts.forEach { $0.setTrainable(false) } }
    if splits.validation == nil { notes.append("there is nothing to validate on: set validation_fraction") }
    if recipe.captioning.selfCritical, recipe.weights == nil {
      notes.append("self-critical training without weights starts from random sentences, and learns nothing for long")
    }
  }

  public func train(resume: Bool = false, callbacks: [any TrainerCallback] = []) throws -> FitResult {
    let reward =
      recipe.captioning.selfCritical
      ? SelfCriticalReward(captions, tokenizer: tokenizer, end: model.specialTokens.end) : nil
    let module = CaptionModule(
      model, tokenizer: tokenizer, recipe: recipe.captioning, labelSmoothing: recipe.training.labelSmoothing,
      selfCritical: reward, optimization: recipe.optimization)
    return try recipe.train(module, model, in: folder, resume: resume, callbacks: callbacks, on: loaders) {
      try configuration.write(to: folder)
      try saveTokenizer()
    }
  }

  /// The set that the run is judged by in the end: the test set, or for want of it the validation set.
  public var testSet: (any Dataset)? { splits.test ?? splits.validation }

  public var finalCount: Int { testSet?.count ?? 0 }

  public func finish(_ result: FitResult, progress: (Int) -> Void) throws -> RunOutcome {
    guard let testSet else { return RunOutcome(headline: "There was nothing to measure on", metrics: [:], report: nil) }
    let evaluation = try evaluate(on: testSet, progress: progress)
    let metrics = Dictionary(evaluation.metrics.values.map { ($0.name, $0.value) }) { first, _ in first }
    let headline = String(
      format: "CIDEr-D on the %@ set: %.4f, exact sentences: %.2f %% of %d images", testSet.split.rawValue,
      metrics["cider_d"] ?? .nan, (metrics["exact_match"] ?? .nan) * 100, evaluation.guesses.count)
    var outcome = RunOutcome(
      headline: headline, metrics: metrics, report: try writeReport(of: result, evaluation: evaluation))
    outcome.skipped = evaluation.skipped
    return outcome
  }

  /// Measures the network as it is.
  public func evaluate(on dataset: any Dataset, progress: (Int) -> Void = { _ in }) throws -> CaptionEvaluation {
    let preprocessing = Preprocessing.evaluation(
      input: configuration.input, isFixedSize: dataset.isDrawn(at: configuration.input.size))
    return try CaptionEvaluation(
      of: model, tokenizer: tokenizer, on: dataset, transform: preprocessing.sample,
      batchTransform: preprocessing.batch, options: configuration.generation, device: Device(recipe.training.device),
      threads: recipe.training.loaderThreads, onBrokenSample: recipe.training.onBrokenSample, progress: progress)
  }

  private func loaders() throws -> DataLoaders {
    let input = configuration.input
    func loader(_ dataset: any Dataset, _ preprocessing: Preprocessing, trains: Bool) -> DataLoader {
      let tokens = CaptionTokens(
        tokenizer, start: model.specialTokens.start, end: model.specialTokens.end, longest: configuration.longest,
        draws: trains && recipe.captioning.drawsReferences)
      var steps: [any Transform] = []
      if let sample = preprocessing.sample { steps.append(sample) }
      steps.append(tokens)
      return DataLoader(
        dataset, batchSize: trains ? recipe.training.batchSize : 100, shuffle: trains,
        dropLast: trains && dataset.count >= recipe.training.batchSize, transform: Transforms(steps),
        batchTransform: preprocessing.batch, seed: recipe.seed, threads: recipe.training.loaderThreads,
        onBrokenSample: recipe.training.onBrokenSample)
    }
    let training = Preprocessing.training(
      recipe.augmentation, input: input, classes: 0, isFixedSize: splits.train.isDrawn(at: input.size))
    return DataLoaders(
      train: loader(splits.train, training, trains: true),
      validation: splits.validation.map {
        loader($0, .evaluation(input: input, isFixedSize: $0.isDrawn(at: input.size)), trains: false)
      })
  }

  private func saveTokenizer() throws {
    let file = folder.appendingPathComponent(CaptionerConfiguration.tokenizerFileName)
    if let learned = tokenizer as? ByteLevelBPE { return try learned.write(to: file) }
    guard let path = recipe.captioning.tokenizer, path.hasSuffix(".json") else {
      throw RecipeError("captioning.tokenizer", "must be a tokenizer.json, so that it can be kept with the model")
    }
    try Data(contentsOf: URL(fileURLWithPath: path)).write(to: file, options: .atomic)
  }

  /// The weights of an earlier run, or of an encoder alone.
  private func load(_ path: String) throws {
    let url = URL(fileURLWithPath: path)
    let inFolder = url.appendingPathComponent(ModelFolder.weights)
    let weights = try StateDict(contentsOf: FileManager.default.fileExists(atPath: inFolder.path) ? inFolder : url)
    let own = Set(model.stateDict().keys)
    let isEncoder = !weights.keys.contains(where: own.contains)
    // A classifier's weights belong to the ResNet inside the encoder.
    let report = try model.loadStateDict(
      isEncoder ? weights.mapKeys { "encoder.resnet.\($0)" } : weights, strict: false)
    guard report.missing.count < own.count else {
      throw RecipeError(path, "holds no weights of this model or of its encoder")
    }
    if !report.isClean { notes.append("not all weights fit: \(report)") }
  }

  private static func tokenizer(_ recipe: CaptioningRecipe, captions: any CaptionedDataset) throws -> any Tokenizer {
    if let path = recipe.tokenizer { return try loadTokenizer(from: URL(fileURLWithPath: path)) }
    return ByteLevelBPE.train(
      on: captions.allCaptions, vocabularySize: recipe.vocabularySize, specialTokens: ["<pad>", "<s>", "</s>"])
  }
}

extension Dataset {
  /// Whether its images are drawn in this size, and need no resizing.
  func isDrawn(at size: ImageSize) -> Bool {
    guard let scenes = self as? Scenes else { return false }
    return size == ImageSize(scenes.size)
  }
}
