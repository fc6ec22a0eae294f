import Foundation
import FoveaData
import FoveaImaging
import FoveaModels
import Torch

/// A recipe for a detector brought to life. See ``RecipeRun`` for the folder that it fills.
public final class DetectionRun: RecipeRun {
  /// The recipe, with every default.
  public let recipe: Recipe
  /// Where everything goes.
  public let folder: URL
  /// The parts of the data.
  public let splits: DataSplits
  /// What a prediction needs to know of the model.
  public let configuration: DetectorConfiguration
  /// The network.
  public let model: any ObjectDetector
  public private(set) var notes: [String] = []

  public init(_ recipe: Recipe, folder: URL, progress: ProgressHandler? = nil) throws {
    self.recipe = recipe
    self.folder = folder
    splits = try DataSpec(recipe.data)
      .load(
        validationFraction: recipe.validationFraction, seed: recipe.seed, annotations: recipe.detection.faults,
        progress: progress)
    guard !splits.train.isEmpty, let train = splits.train as? any AnnotatedDataset else {
      throw RecipeError("data", "'\(recipe.data)' has no boxes; detection needs such as coco:PATH or voc:PATH")
    }
    seedAll(recipe.seed)
    let pretrained = try PretrainedDetector.forRecipe(
      model: recipe.model, classNames: splits.classNames, progress: progress)
    let input = Self.input(recipe, usual: pretrained?.configuration.input.statistics ?? .imageNet)
    try input.check(in: "images")
    var settings = pretrained?.configuration.settings ?? recipe.detection.settings
    if recipe.model.hasPrefix("yolo"), recipe.detection.fitsAnchors {
      settings.anchors = YOLOAnchors.fit(sizes: Self.boxSizes(in: train, input), seed: recipe.seed)
    }
    configuration = DetectorConfiguration(
      architecture: pretrained?.configuration.architecture ?? recipe.model, settings: settings,
      classNames: splits.classNames, input: input, threshold: recipe.detection.threshold)
    model = try pretrained?.model ?? configuration.makeModel()
    if let report = pretrained?.report, !report.isClean { notes.append("\(recipe.model): \(report)") }
    if let weights = recipe.weights {
      let report = try model.loadPretrained(StateDict(contentsOf: URL(fileURLWithPath: weights)))
      if !report.isClean { notes.append("not loaded, so fresh: \(report)") }
    }
    model.freeze(stages: recipe.detection.frozenStages)
    if splits.validation == nil {
      notes.append(
        splits.test == nil
          ? "there is nothing to validate on: set validation_fraction"
          : "validating on the test set: nothing should be chosen by it")
    }
  }

  public func train(resume: Bool = false, callbacks: [any TrainerCallback] = []) throws -> FitResult {
    let module = DetectionModule(model, classNames: splits.classNames, optimization: recipe.optimization)
    return try recipe.train(module, model, in: folder, resume: resume, callbacks: callbacks, on: loaders) {
      try configuration.write(to: folder)
    }
  }

  /// The set that the run is judged by in the end: the test set, or for want of it the validation set.
  public var testSet: (any Dataset)? { splits.test ?? splits.validation }

  public var finalCount: Int { testSet?.count ?? 0 }

  public func finish(_ result: FitResult, progress: (Int) -> Void) throws -> RunOutcome {
    guard let testSet else { return RunOutcome(headline: "There was nothing to measure on", metrics: [:], report: nil) }
    let evaluation = try evaluate(on: testSet, progress: progress)
    let summary = evaluation.summary
    let numbers = String(format: "AP %.3f, AP50 %.3f", summary.averagePrecision, summary.averagePrecision50)
    var outcome = RunOutcome(
      headline: "\(numbers) on the \(testSet.split.rawValue) set of \(evaluation.found.count) images",
      metrics: summary.numbers, report: try writeReport(of: result, evaluation: evaluation))
    outcome.skipped = evaluation.skipped
    return outcome
  }

  /// Measures the network as it is.
  public func evaluate(on dataset: any Dataset, progress: (Int) -> Void = { _ in }) throws -> DetectorEvaluation {
    let pipeline = DetectionPipeline(model, input: configuration.input, device: try Device(recipe.training.device))
    return try DetectorEvaluation(
      of: pipeline, on: dataset, classNames: configuration.classNames, batchSize: recipe.training.batchSize,
      threads: recipe.training.loaderThreads, onBrokenSample: recipe.training.onBrokenSample, progress: progress)
  }

  private func loaders() throws -> DataLoaders {
    func loader(_ dataset: any Dataset, _ transforms: Transforms, shuffle: Bool) -> DataLoader {
      DataLoader(
        dataset, batchSize: recipe.training.batchSize, shuffle: shuffle,
        sampler: shuffle ? Self.shapeSampler(dataset, recipe) : nil,
        dropLast: shuffle && dataset.count >= recipe.training.batchSize, transform: transforms,
        collation: .padded(toMultipleOf: configuration.input.multiple), seed: recipe.seed,
        threads: recipe.training.loaderThreads, onBrokenSample: recipe.training.onBrokenSample)
    }
    let training = configuration.input.training(recipe.augmentation, recipe.detection, dataset: splits.train)
    return DataLoaders(
      train: loader(splits.train, training, shuffle: true),
      validation: (splits.validation ?? splits.test).map {
        loader($0, configuration.input.evaluation, shuffle: false)
      })
  }

  /// Images of similar shape come in one batch, so that little of it is padding, where the set knows its images' sizes.
  private static func shapeSampler(_ dataset: any Dataset, _ recipe: Recipe) -> (any Sampler)? {
    guard let annotated = dataset as? any AnnotatedDataset else { return nil }
    return AspectRatioSampler(of: annotated, batchSize: recipe.training.batchSize, seed: recipe.seed)
  }

  /// How images become the input: by the recipe, or squares where the architecture takes no others.
  private static func input(_ recipe: Recipe, usual: ChannelStatistics) -> DetectorInput {
    let statistics = ChannelStatistics(
      mean: recipe.images.mean ?? usual.mean, standardDeviation: recipe.images.std ?? usual.standardDeviation)
    if let side = DetectorArchitecture.imageSide(of: recipe.model) {
      return DetectorInput(side: side, statistics: statistics)
    }
    let edges = recipe.detection.shortestEdges
    return DetectorInput(
      shortestEdge: edges[edges.count - 1], longestEdge: recipe.detection.longestEdge, statistics: statistics)
  }

  typealias BoxSize = (width: Double, height: Double)

  /// Width and height of the boxes of a set, at most of its first thousand images, in pixels of the input. Nothing is
  /// decoded: sets know the sizes of their images.
  static func boxSizes(in dataset: any AnnotatedDataset, _ input: DetectorInput) -> [BoxSize] {
    (0..<min(dataset.count, 1000)).flatMap { index -> [BoxSize] in
      let image = dataset.annotation(at: index)
      guard let size = image.size ?? image.recordedSize, size.width > 0 else { return [] }
      let scale = Double(input.target.size(for: size).width) / Double(size.width)
      return image.objects.filter { !$0.isCrowd }.map { (width: $0.width * scale, height: $0.height * scale) }
    }
  }
}
