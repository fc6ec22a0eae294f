import Foundation
import FoveaData
import FoveaModels
import Torch

/// A trained classifier written as Hugging Face's `transformers` reads it: `config.json`, `model.safetensors`,
/// `preprocessor_config.json` and a model card.
///
/// ```swift
/// try HubModelFolder(model, classNames: names, input: input).write(to: folder)
/// ```
/// In Python: `AutoModelForImageClassification.from_pretrained(folder)` and `AutoImageProcessor.from_pretrained(folder)`.
public struct HubModelFolder {
  private let model: any ImageClassifier
  private let description: TransformersDescription
  private let classNames: [String]
  private let input: ClassifierInput

  /// What the model card says besides.
  public var card = ModelCard()

  /// - Throws: ``RecipeError`` for an architecture that `transformers` does not have.
  public init(_ model: any ImageClassifier, classNames: [String], input: ClassifierInput) throws {
    guard let description = TransformersDescription(of: model, imageSize: input.size) else {
      throw RecipeError("\(type(of: model))", "cannot be written for transformers, which has no such network")
    }
    self.model = model
    self.description = description
    self.classNames = classNames
    self.input = input
  }

  /// Whether a network can be written.
  public static func canHold(_ model: any ImageClassifier) -> Bool {
    TransformersDescription(of: model, imageSize: ImageSize(1)) != nil
  }

  /// Writes the folder. Adapters are taken into the weights that are written; the model keeps them.
  public func write(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var weights = description.rename(model.weightsWithAdapters()).mapTensors { $0.to(.float32).to(.cpu).contiguous() }
    weights.metadata = ["format": "pt"]
    try weights.write(to: folder.appendingPathComponent(ModelFolder.weights))
    try json(configuration).write(
      to: folder.appendingPathComponent(ModelFolder.configuration), options: .atomic)
    if let processor = input.processor {
      try processor.write(to: folder)
    } else {
      try json(preprocessor).write(to: folder.appendingPathComponent(ImageProcessor.fileName), options: .atomic)
    }
    let text = card.markdown(modelType: description.modelType, classNames: classNames)
    try Data(text.utf8).write(to: folder.appendingPathComponent("README.md"), options: .atomic)
  }

  private var configuration: [String: Any] {
    var fields = description.fields
    fields["architectures"] = [description.className]
    fields["model_type"] = description.modelType
    fields["num_channels"] = input.channels
    fields["dtype"] = "float32"
    fields["problem_type"] = "single_label_classification"
    fields["id2label"] = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ("\($0)", $1) })
    // Two classes of one name would be one key here; the other way round both stay.
    fields["label2id"] = Dictionary(classNames.enumerated().map { ($1, $0) }) { first, _ in first }
    return fields
  }

  /// The same steps as ``ClassifierInput/evaluation``: the shorter edge, the middle, the statistics.
  private var preprocessor: [String: Any] {
    [
      "image_processor_type": "BitImageProcessor",
      "do_resize": true, "size": ["shortest_edge": input.resize], "resample": 2,
      "do_center_crop": true, "crop_size": ["height": input.size.height, "width": input.size.width],
      "do_rescale": true, "rescale_factor": 1.0 / 255,
      "do_normalize": true, "image_mean": input.statistics.mean, "image_std": input.statistics.standardDeviation,
      "do_convert_rgb": input.channels == 3,
    ]
  }

  private func json(_ fields: [String: Any]) throws -> Data {
    try JSONSerialization.data(
      withJSONObject: fields, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
  }
}

extension StateDict {
  fileprivate func mapTensors(_ change: (Tensor) -> Tensor) -> StateDict {
    var result = StateDict()
    for (name, tensor) in self { result[name] = change(tensor) }
    return result
  }
}
