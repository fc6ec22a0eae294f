import Foundation
import FoveaData

extension PretrainedConfiguration {
  /// Writes `config.json`, and the image processor's file, of the same network for other classes: what a fine-tuned model's
  /// folder is read by. All that the published file says besides is kept.
  ///
  /// - Throws: the error of the file system.
  func write(to folder: URL, classNames: [String], input: ClassifierInput) throws {
    var values = fields.values
    values["task"] = .text(VisionTask.classification.rawValue)
    for key in ["num_labels", "num_classes", "label_names", "label_descriptions", "id2label", "label2id"] {
      values[key] = nil
    }
    switch library {
    case .transformers:
      values["architectures"] = .array(architectures.map { .text(Self.classifier(of: $0)) })
      values["id2label"] = .object(
        Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ("\($0)", .text($1)) }))
      // Two classes of one name are one key here.
      values["label2id"] = .object(Dictionary(classNames.enumerated().map { ($1, .integer($0)) }) { first, _ in first })
      try input.processor?.write(to: folder)
    case .timm:
      values["num_classes"] = .integer(classNames.count)
      values["label_names"] = .array(classNames.map(JSONValue.text))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(values).write(to: folder.appendingPathComponent(Self.fileName), options: .atomic)
  }

  /// `ViTModel`, a backbone, becomes `ViTForImageClassification`.
  private static func classifier(of name: String) -> String {
    name.hasSuffix("Model") ? "\(name.dropLast("Model".count))ForImageClassification" : name
  }
}

extension PretrainedConfiguration {
  /// Whether what a recipe calls `model` is a folder or a name on the Hub, and not the name of an architecture.
  static func isPlace(_ name: String) -> Bool {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: name, isDirectory: &isFolder) && isFolder.boolValue
    return name.contains("/") || isThere
  }
}

extension PretrainedClassifier {
  /// Loads what a recipe calls `model`, where that is the name of a published model or a folder, with fresh last layers
  /// where the data's classes are others; nil where it is to be the name of an architecture.
  static func forRecipe(
    model name: String, classNames: [String], progress: ProgressHandler?
  ) throws -> PretrainedClassifier? {
    guard PretrainedConfiguration.isPlace(name) else { return nil }
    return try PretrainedClassifier(
      contentsOf: Hub().location(ofModel: name, progress: progress), classNames: classNames, ignoreMismatchedSizes: true
    )
  }
}
