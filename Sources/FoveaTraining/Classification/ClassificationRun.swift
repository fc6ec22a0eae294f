import Foundation
import FoveaData
import FoveaImaging
import FoveaModels
import Torch

/// A recipe for a classifier brought to life. See ``RecipeRun`` for the folder that it fills.
public final class ClassificationRun: RecipeRun {
  /// The recipe, with every default.
  public let recipe: Recipe
  /// Where everything goes.
  public let folder: URL
  /// The parts of the data.
  public let splits: DataSplits
  /// What a prediction needs to know of the model.
  public let configuration: ClassifierConfiguration
  /// The network.
  public let model: any ImageClassifier
  /// The description of the published model that it starts from; nil for an architecture of ours.
  private let published: PretrainedConfiguration?
  public private(set) var notes: [String] = []

  public init(_ recipe: Recipe, folder: URL, progress: ProgressHandler? = nil) throws {
    self.recipe = recipe
    self.folder = folder
    splits = try DataSpec(recipe.data)
      .load(validationFraction: recipe.validationFraction, seed: recipe.seed, progress: progress)
    guard !splits.train.isEmpty else { throw RecipeError("data", "'\(recipe.data)' has no images to train on") }
    seedAll(recipe.seed)
    if let pretrained = try PretrainedClassifier.forRecipe(
      model: recipe.model, classNames: splits.classNames, progress: progress)
    {
      (configuration, model) = (pretrained.configuration, pretrained.model)
      published = pretrained.published
      if !pretrained.report.isClean { notes.append("\(recipe.model): \(pretrained.report)") }
      notes.append("images are prepared as \(recipe.model) says: \(configuration.input.evaluation)")
    } else {
      configuration = ClassifierConfiguration(
        architecture: recipe.model, stem: recipe.stem, classNames: splits.classNames,
        input: try Self.input(for: splits.train, recipe.images, onBrokenSample: recipe.training.onBrokenSample))
      model = try configuration.makeModel()
      published = nil
      if let model = model as? Airbench { try whiten(model) }
    }
    if let weights = recipe.weights { try load(weights) }
    if let note = try recipe.fineTuning.prepare(model) { notes.append(note) }
    if splits.validation == nil {
      notes.append(
        splits.test == nil
          ? "there is nothing to validate on: set validation_fraction"
          : "validating on the test set: nothing should be chosen by it")
    }
  }

  public func train(resume: Bool = false, callbacks: [any TrainerCallback] = []) throws -> FitResult {
    let module = ClassificationModule(
      model, classes: splits.classNames.count, labelSmoothing: recipe.training.labelSmoothing,
      optimization: recipe.optimization)
    return try recipe.train(module, model, in: folder, resume: resume, callbacks: callbacks, on: loaders) {
      if let published {
        try published.write(to: folder, classNames: configuration.classNames, input: configuration.input)
      } else {
        try configuration.write(to: folder)
      }
    }
  }

  /// The set that the run is judged by in the end: the test set, or for want of it the validation set.
  public var testSet: (any Dataset)? { splits.test ?? splits.validation }

  public var finalCount: Int { testSet?.count ?? 0 }

  public func finish(_ result: FitResult, progress: (Int) -> Void) throws -> RunOutcome {
    guard let testSet else { return RunOutcome(headline: "There was nothing to measure on", metrics: [:], report: nil) }
    let evaluation = try evaluate(on: testSet, progress: progress)
    let accuracy = String(format: "%.2f %%", (evaluation.metrics["accuracy"] ?? .nan) * 100)
    if HubModelFolder.canHold(model) { try writeForTransformers(evaluation, split: testSet.split) }
    var outcome = RunOutcome(
      headline: "Accuracy on the \(testSet.split.rawValue) set: \(accuracy) of \(evaluation.guesses.count) images",
      metrics: evaluation.metrics, report: try writeReport(of: result, evaluation: evaluation))
    outcome.skipped = evaluation.skipped
    return outcome
  }

  /// Writes the folder `transformers` in the run's, which Hugging Face's library loads.
  private func writeForTransformers(_ evaluation: ClassifierEvaluation, split: Split) throws {
    var published = try HubModelFolder(model, classNames: configuration.classNames, input: configuration.input)
    published.card.title = "\(recipe.model) on \(splits.name)"
    published.card.data = recipe.data
    published.card.baseModel = recipe.weights ?? (self.published == nil ? nil : recipe.model)
    published.card.metrics = evaluation.metrics
    published.card.split = split.rawValue
    published.card.recipe = try recipe.yaml()
    try published.write(to: folder.appendingPathComponent("transformers"))
  }

  /// Measures the network as it is.
  public func evaluate(on dataset: any Dataset, progress: (Int) -> Void = { _ in }) throws -> ClassifierEvaluation {
    model.eval()
    let (device, input) = (try Device(recipe.training.device), configuration.input)
    func logits(_ images: Tensor) -> Tensor {
      input.logits(of: images.to(device)) { model($0.contiguous(.channelsLast)) }.to(.float32).to(.cpu)
    }
    return try ClassifierEvaluation(
      of: logits, on: dataset, input: input, classNames: configuration.classNames,
      threads: recipe.training.loaderThreads, onBrokenSample: recipe.training.onBrokenSample, progress: progress)
  }

  private func loaders() throws -> DataLoaders {
    let size = configuration.input.size
    let isFixed = try splits.train.isFixed(at: size)
    let training = Preprocessing.training(
      recipe.augmentation, input: configuration.input, classes: splits.classNames.count, isFixedSize: isFixed)
    func loader(_ dataset: any Dataset, _ preprocessing: Preprocessing, shuffle: Bool) -> DataLoader {
      DataLoader(
        dataset, batchSize: shuffle ? recipe.training.batchSize : 250, shuffle: shuffle,
        dropLast: shuffle && dataset.count >= recipe.training.batchSize, transform: preprocessing.sample,
        batchTransform: preprocessing.batch, seed: recipe.seed, threads: recipe.training.loaderThreads,
        onBrokenSample: recipe.training.onBrokenSample)
    }
    let judge = splits.validation ?? splits.test
    let evaluation = Preprocessing.evaluation(
      input: configuration.input, isFixedSize: try judge?.isFixed(at: size) ?? true)
    return DataLoaders(
      train: loader(splits.train, training, shuffle: true),
      validation: judge.map { loader($0, evaluation, shuffle: false) })
  }

  /// Sets the first layer by some of the training images.
  private func whiten(_ model: Airbench) throws {
    let isFixed = try splits.train.isFixed(at: configuration.input.size)
    let preprocessing = Preprocessing.evaluation(input: configuration.input, isFixedSize: isFixed)
    let loader = DataLoader(
      splits.train, batchSize: min(splits.train.count, 5000), shuffle: true, transform: preprocessing.sample,
      batchTransform: preprocessing.batch, seed: recipe.seed, threads: recipe.training.loaderThreads,
      onBrokenSample: recipe.training.onBrokenSample)
    if let batch = try loader.batches(epoch: 0).nextBatch() { model.whiten(batch.images) }
  }

  private func load(_ weights: String) throws {
    let published = ClassifierArchitecture.renamed(try StateDict(contentsOf: URL(fileURLWithPath: weights)))
    let report = try model.loadPretrained(published, newHead: true)
    if !report.isClean { notes.append("the head starts anew: \(report)") }
  }

  /// How images become the input: as the recipe says, and else as the training set's are.
  static func input(
    for dataset: any Dataset, _ recipe: ImageRecipe, onBrokenSample policy: DataLoader.BrokenSamplePolicy
  ) throws -> ClassifierInput {
    let first = try dataset.firstImage(policy)
    guard let size = try recipe.size.map({ ImageSize($0) }) ?? dataset.sizeOfAll(like: first, policy) else {
      throw RecipeError("images.size", "is needed, as the images are of different sizes; try images.size=224")
    }
    let shortest = min(size.height, size.width)
    let statistics: ChannelStatistics
    if let mean = recipe.mean, let std = recipe.std {
      statistics = ChannelStatistics(mean: mean, standardDeviation: std)
    } else {
      statistics = try ChannelStatistics(of: dataset, limit: 10_000, onBrokenSample: policy)
    }
    var input = ClassifierInput(
      size: size, resize: recipe.resize ?? (recipe.size == nil ? shortest : shortest * 8 / 7),
      channels: first.shape[0], statistics: statistics)
    if recipe.mirrored { input.mirrored = true }
    if recipe.shifted > 0 { input.shifted = recipe.shifted }
    try input.check(in: "images")
    return input
  }
}

extension Dataset {
  /// The first image; with `.skip`, the first that can be read.
  fileprivate func firstImage(_ policy: DataLoader.BrokenSamplePolicy) throws -> Tensor {
    var index = 0
    while true {
      do { return try self[index].image } catch  where policy == .skip && index + 1 < count { index += 1 }
    }
  }

  /// The size of all images; nil where they differ from the first, or are too many to stay in memory.
  fileprivate func sizeOfAll(like first: Tensor, _ policy: DataLoader.BrokenSamplePolicy) throws -> ImageSize? {
    let size = ImageSize(of: first)
    if self is any BatchedDataset || self is Scenes { return size }
    guard first.count * count <= 1 << 30 else { return nil }
    for index in 0..<count {
      do { guard try self[index].size == size else { return nil } } catch  where policy == .skip { continue }
    }
    return size
  }
}
