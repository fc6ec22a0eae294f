import Foundation
import FoveaData

/// A recipe brought to life: its data, its network and its trainer, and the folder that it fills. One class for each task.
///
/// ```swift
/// let recipe = try Recipe(contentsOf: URL(filePath: "Recipes/fashion-mnist.yaml"))
/// let run = try recipe.makeRun(folder: URL(filePath: "runs/first"))
/// let result = try run.train()
/// print(try run.finish(result).headline)
/// ```
/// The folder holds `recipe.yaml` (everything resolved), `config.json` and `model.safetensors` (what prediction needs),
/// `checkpoints/`, `metrics.csv`, TensorBoard's events, and `report.html`.
public protocol RecipeRun: AnyObject {
  /// Loads the data, and makes the network with its first weights.
  ///
  /// - Parameter progress: is told of downloads.
  /// - Throws: what is wrong with the recipe, the data or the weights.
  init(_ recipe: Recipe, folder: URL, progress: ProgressHandler?) throws

  /// What to tell the user before it starts: weights that did not fit, a set that is validated on.
  var notes: [String] { get }

  /// Trains, and leaves everything in the folder but the report.
  ///
  /// - Parameters:
  ///   - resume: goes on from the newest checkpoint in the folder.
  ///   - callbacks: what else looks on.
  /// - Throws: ``TrainingError``, or what is wrong with the data.
  func train(resume: Bool, callbacks: [any TrainerCallback]) throws -> FitResult

  /// The number of samples that ``finish(_:progress:)`` goes through; 0 where there is nothing to measure on.
  var finalCount: Int { get }

  /// Measures the trained network on the set that the run is judged by, and writes the report.
  ///
  /// - Parameter progress: is told the number of samples so far.
  func finish(_ result: FitResult, progress: (Int) -> Void) throws -> RunOutcome
}

extension RecipeRun {
  public func train(resume: Bool = false) throws -> FitResult { try train(resume: resume, callbacks: []) }
  public func finish(_ result: FitResult) throws -> RunOutcome { try finish(result) { _ in } }
}

/// What came out of a run.
public struct RunOutcome: Sendable {
  /// The result in a line, such as `Accuracy on the test set: 92.70 % of 10000 images`.
  public var headline: String
  /// Every metric by its name.
  public var metrics: [String: Double]
  /// The report's file; nil where nothing could be measured.
  public var report: URL?
  /// What could not be read and was left out of the measuring.
  public var skipped = SkippedSamples()

  public init(headline: String, metrics: [String: Double], report: URL?) {
    self.headline = headline
    self.metrics = metrics
    self.report = report
  }
}

extension Recipe {
  /// The run of the recipe's task.
  ///
  /// - Throws: what is wrong with the recipe, the data or the weights; ``RecipeError``, before anything is loaded, where this
  ///   machine does not have the recipe's device.
  public func makeRun(folder: URL, progress: ProgressHandler? = nil) throws -> any RecipeRun {
    _ = try device()
    return switch task {
    case .classification: try ClassificationRun(self, folder: folder, progress: progress)
    case .faces: try FaceRun(self, folder: folder, progress: progress)
    case .detection: try DetectionRun(self, folder: folder, progress: progress)
    case .captioning: try CaptionRun(self, folder: folder, progress: progress)
    }
  }
}

extension VisionTask {
  /// The task that the model in a folder was made for, from its `config.json`.
  ///
  /// A file that names none is a classifier's, as those of other libraries are.
  ///
  /// - Throws: ``RecipeError`` where there is no such file, or it names no task of ours.
  public init(ofModelIn folder: URL) throws {
    let file = folder.appendingPathComponent(ModelFolder.configuration)
    let data = try ModelFolder.configurationData(in: folder)
    struct Head: Decodable {
      var task: String?
      var model_type: String?
    }
    let name: String?
    do {
      let head = try JSONDecoder().decode(Head.self, from: data)
      // What transformers saves names its kind of model, not the task.
      name = head.task ?? head.model_type.flatMap(Self.published(modelType:))?.rawValue
    } catch {
      throw RecipeError(file.path, "is damaged: \(error)")
    }
    guard let task = VisionTask(rawValue: name ?? "classification") else {
      throw RecipeError(
        file.path, "task: '\(name ?? "")' is none of \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self = task
  }

  /// The task of one of transformers' kinds of models; nil for those that may be classifiers.
  private static func published(modelType: String) -> VisionTask? {
    if PretrainedDetector.modelTypes.contains(modelType) { return .detection }
    return ["vision-encoder-decoder", "blip"].contains(modelType) ? .captioning : nil
  }
}
