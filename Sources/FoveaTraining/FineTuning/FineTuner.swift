import Foundation
import FoveaData
import FoveaModels
import Torch

/// Fine-tunes a classifier as Hugging Face's `Trainer` does, by its names.
///
/// ```swift
/// var arguments = TrainingArguments(outputDir: URL(filePath: "runs/vit"))
/// arguments.learningRate = 5e-5
/// arguments.numTrainEpochs = 3
/// let tuner = try FineTuner(
///   model, arguments: arguments, trainDataset: splits.train, evalDataset: splits.validation, input: input)
/// try tuner.train()
/// print(try tuner.evaluate())
/// try tuner.saveModel(to: URL(filePath: "my-vit"))   // transformers loads it
/// ```
public final class FineTuner {
  /// What is trained.
  public let model: any ImageClassifier
  public let arguments: TrainingArguments
  /// How an image becomes the model's input.
  public let input: ClassifierInput
  /// What to tell the user: how many parameters are learned, where that is not all.
  public let note: String?

  private let classNames: [String]
  private let trainer: Trainer
  private let module: ClassificationModule
  private let loaders: DataLoaders

  /// - Parameters:
  ///   - model: with as many classes as the data; adapters are added and layers frozen here, as the arguments say.
  ///   - trainTransform: changes each training image, its normalisation included; nil does what evaluation does.
  ///   - computeMetrics: measures a whole validation, beside the usual metrics.
  /// - Throws: ``RecipeError`` for what this model cannot do; ``TrainingError/data(_:)`` where its classes are not the data's.
  public init(
    _ model: any ImageClassifier, arguments: TrainingArguments, trainDataset: any Dataset,
    evalDataset: (any Dataset)? = nil, input: ClassifierInput, trainTransform: (any Transform)? = nil,
    callbacks: [any TrainerCallback] = [], computeMetrics: ((EvalPrediction) throws -> [String: Double])? = nil
  ) throws {
    classNames = trainDataset.classNames
    guard model.classes == classNames.count else {
      throw TrainingError.data(
        "the model tells \(model.classes) classes apart, the data \(classNames.count); call replaceHead(classes:) before"
      )
    }
    self.model = model
    self.arguments = arguments
    self.input = input
    note = try arguments.fineTuning.prepare(model)
    trainer = Trainer(arguments, callbacks: callbacks)
    module = ClassificationModule(
      model, classes: classNames.count, arguments: arguments, computeMetrics: computeMetrics)
    loaders = arguments.loaders(
      train: trainDataset, evaluation: evalDataset, trainTransform: trainTransform, transform: input.evaluation)
  }

  /// Trains, from the newest checkpoint on where the arguments ask for that.
  @discardableResult
  public func train() throws -> FitResult {
    try trainer.fit(module, loaders, resume: arguments.resumeFromCheckpoint)
  }

  /// Every metric of the evaluation set by its name, with Hugging Face's `eval_` before it.
  public func evaluate() throws -> [String: Double] {
    let metrics = try trainer.validate(module, loaders)
    return Dictionary(uniqueKeysWithValues: metrics.map { ("eval_\($0.key)", $0.value) })
  }

  /// Writes the model as transformers loads it, adapters taken into its weights.
  public func saveModel(to folder: URL, card: ModelCard = ModelCard()) throws {
    var published = try HubModelFolder(model, classNames: classNames, input: input)
    published.card = card
    try published.write(to: folder)
  }
}
