import Foundation
import FoveaData
import FoveaModels
import Torch

/// A classifier from the folder of a published model: that of transformers' `save_pretrained`, or one of timm's from the Hub.
///
/// ```swift
/// let folder = try Hub.model("microsoft/resnet-50").modelFolder()
/// let pretrained = try PretrainedClassifier(contentsOf: folder, classNames: ["cat", "dog"], ignoreMismatchedSizes: true)
/// print(pretrained.report)   // 2 of another shape: fc.weight (model [2, 2048], file [1000, 2048]), ...
/// ```
/// Nothing in the folder is executed: JSON is data, safetensors are numbers, and pickles are read, never run.
public struct PretrainedClassifier {
  /// The network, with the published weights.
  public let model: any ImageClassifier
  /// What prediction needs to know: the classes, and how images become the input.
  public let configuration: ClassifierConfiguration
  /// The file that describes it.
  public let published: PretrainedConfiguration
  /// What did not fit, and what starts anew.
  public let report: PretrainedReport

  /// Loads a model's folder.
  ///
  /// - Parameters:
  ///   - folder: has `config.json`, weights (``ModelWeights``), and perhaps `preprocessor_config.json`.
  ///   - classNames: the classes of another task, for a network that is to be fine-tuned; a last layer that the weights lack
  ///     starts anew then. Without it, the classes are the folder's, and the last layer must be there.
  ///   - ignoreMismatchedSizes: lets tensors of another shape, such as the last layer's, start anew; the report says which.
  /// - Throws: `JSONFieldError`, `StateDictError` or `LoadError`, which name the file and what does not fit.
  public init(contentsOf folder: URL, classNames: [String]? = nil, ignoreMismatchedSizes: Bool = false) throws {
    published = try PretrainedConfiguration(folder: folder)
    let family = try PretrainedFamily.of(published)
    let weights = try family.rename(ModelWeights.load(from: folder), published)
    guard classNames != nil || !published.isBackbone else {
      throw published.fields.error(
        "architectures",
        "is \(published.architectures.joined(separator: ", ")), which has no classes: fine-tune it on data that has, with "
          + "`fovea train --set model=\(folder.path)`")
    }
    let names = try classNames ?? Self.classNames(published)
    guard !names.isEmpty else {
      throw published.fields.error(
        "num_labels", "says that there are no classes; give classNames, and fine-tune the last layer")
    }
    try published.check(parameterCount: family.parameterCount(published), against: weights)
    let model = try family.makeModel(published, names.count)
    self.model = model
    report = try LoadError.naming(folder.path) {
      try model.loadPublished(weights, newHead: classNames != nil, ignoreMismatchedSizes: ignoreMismatchedSizes)
    }
    configuration = ClassifierConfiguration(
      architecture: published.modelType, stem: nil, classNames: names, input: try Self.input(published, folder))
  }

  /// The folder's own classes; ImageNet's where it says only that there are a thousand.
  private static func classNames(_ published: PretrainedConfiguration) throws -> [String] {
    try published.classNames() ?? ImageNetClasses.names
  }

  /// How images become the input: as the folder says, else as is usual for the model.
  private static func input(_ published: PretrainedConfiguration, _ folder: URL) throws -> ClassifierInput {
    let side = try PretrainedFamily.side(published.fields, "image_size", default: 224, in: 1...8192)
    return ClassifierInput(try published.imageProcessor(in: folder), size: ImageSize(side))
  }
}

extension PretrainedConfiguration {
  /// Refuses a description of a network that is far larger than its weights, before memory is taken for it.
  func check(parameterCount described: Double, against weights: StateDict) throws {
    let stored = weights.reduce(0.0) { $0 + Double($1.value.count) }
    guard described <= stored * 2 + 1e7 else {
      throw fields.error(
        "model_type",
        "describes a network of \(String(format: "%.3g", described)) parameters, but the weights hold "
          + "\(String(format: "%.3g", stored)); config.json and the weights do not belong together")
    }
  }

  /// What makes the input of images: as the folder says, else as is usual for the model.
  func imageProcessor(in folder: URL) throws -> ImageProcessor {
    let file = folder.appendingPathComponent(ImageProcessor.fileName)
    if FileManager.default.fileExists(atPath: file.path) {
      return try ImageProcessor(JSONFields(contentsOf: file), modelType: modelType)
    }
    if library == .timm { return try ImageProcessor(timm: pretrainedSettings()) }
    return try ImageProcessor(JSONFields([:], file: file.path), modelType: modelType)
  }
}
