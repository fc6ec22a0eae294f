import Foundation
import FoveaData
import FoveaModels
import Torch

/// A detector from the folder of a published model, as transformers' `save_pretrained` leaves it: DETR.
///
/// ```swift
/// let folder = try Hub.model("facebook/detr-resnet-50").modelFolder()
/// let pretrained = try PretrainedDetector(contentsOf: folder)
/// print(pretrained.configuration.classNames[17])   // cat
/// ```
/// Nothing in the folder is executed.
public struct PretrainedDetector {
  /// transformers' `model_type`s that are detectors.
  public static let modelTypes: Set<String> = [PublishedDETR.modelType]

  /// The network, with the published weights.
  public let model: any ObjectDetector
  /// What prediction needs to know: the classes, and how images become the input.
  public let configuration: DetectorConfiguration
  /// What did not fit, and what starts anew.
  public let report: PretrainedReport

  /// Loads a model's folder.
  ///
  /// - Parameters:
  ///   - folder: has `config.json`, weights (`ModelWeights`), and perhaps `preprocessor_config.json`.
  ///   - classNames: the classes of another task, for a network that is to be fine-tuned; the layer that tells classes apart
  ///     starts anew where there were not as many. Without it, the classes are the folder's, and every layer must fit.
  /// - Throws: `JSONFieldError`, `StateDictError` or `LoadError`, which name the file and what does not fit.
  public init(contentsOf folder: URL, classNames: [String]? = nil) throws {
    let published = try PretrainedConfiguration(folder: folder)
    let network = try Self.network(published)
    let weights = network.renamed(try ModelWeights.load(from: folder))
    try published.check(parameterCount: network.shape.parameterCount, against: weights)
    let names = try classNames ?? published.classNames() ?? []
    guard !names.isEmpty else { throw published.fields.error("id2label", "says that there are no classes") }
    var settings = DetectorSettings()
    settings.norm = .frozen
    settings.queries = network.shape.size.queries
    settings.detr = network.shape
    let input = DetectorInput(try published.imageProcessor(in: folder))
    let configuration = DetectorConfiguration(
      architecture: PublishedDETR.modelType, settings: settings, classNames: names, input: input, threshold: 0.5)
    let model =
      try classNames == nil
      ? withoutInitialization { try configuration.makeModel() } : configuration.makeModel()
    self.configuration = configuration
    self.model = model
    report = try LoadError.naming(folder.path) { try model.loadPublished(weights, newHead: classNames != nil) }
    // As published, every query answers, however unsure.
    if classNames == nil { (model as? DETR)?.scoreThreshold = 0 }
  }

  private static func network(_ published: PretrainedConfiguration) throws -> PublishedDETR {
    guard published.library == .transformers, modelTypes.contains(published.modelType) else {
      throw published.fields.error(
        "model_type",
        "is '\(published.modelType)', which is no detector that Fovea has: \(modelTypes.sorted().joined(separator: ", "))"
      )
    }
    let kinds = published.architectures
    guard kinds.isEmpty || kinds.contains("DetrForObjectDetection") else {
      throw published.fields.error(
        "architectures", "is \(kinds.joined(separator: ", ")), but Fovea has DetrForObjectDetection, which finds boxes")
    }
    return try PublishedDETR(published.fields)
  }
}

extension PretrainedDetector {
  /// Loads what a recipe calls `model`, where that is the name of a published model or a folder, with fresh last layers
  /// where the data has another number of classes; nil where it is to be the name of an architecture.
  static func forRecipe(
    model name: String, classNames: [String], progress: ProgressHandler?
  ) throws -> PretrainedDetector? {
    guard PretrainedConfiguration.isPlace(name) else { return nil }
    return try PretrainedDetector(contentsOf: Hub().location(ofModel: name, progress: progress), classNames: classNames)
  }
}

extension ObjectDetector {
  /// Loads published weights, already under this network's names. Those that are left over are reported, and no error.
  ///
  /// - Parameter newHead: lets a layer that tells other classes apart start anew.
  /// - Throws: `LoadError` where anything else is missing or of another shape.
  func loadPublished(_ published: StateDict, newHead: Bool) throws -> PretrainedReport {
    let own = stateDict()
    var weights = published
    var unexpected: [String] = []
    for name in published.keys where own[name] == nil {
      weights[name] = nil
      // Frozen normalisations do not count batches.
      if !name.hasSuffix("num_batches_tracked") { unexpected.append(name) }
    }
    // Where nothing may start anew, a last layer that does not fit is an error like any other.
    var fit = newHead ? try loadPretrained(weights) : try loadStateDict(weights)
    fit.unexpected = unexpected
    return PretrainedReport(fit: fit, reinitialized: fit.missing + fit.misshapen.map(\.name))
  }
}
