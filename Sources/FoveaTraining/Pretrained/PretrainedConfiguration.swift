import Foundation
import FoveaData

/// What the `config.json` of a published model says: that of transformers, or that of timm.
///
/// Every field is read with its type and range checked, as files come from strangers.
public struct PretrainedConfiguration: Sendable {
  /// Who wrote it, which decides what its fields mean and how its tensors are named.
  public enum Library: String, Sendable {
    case transformers, timm
  }

  /// All fields.
  public let fields: JSONFields
  /// Who wrote it.
  public let library: Library
  /// transformers' `model_type` (`vit`), or timm's `architecture` (`vit_tiny_patch16_224`).
  public let modelType: String

  /// The name of the file.
  public static let fileName = "config.json"

  /// Reads `config.json` of a model's folder.
  ///
  /// - Throws: `JSONFieldError` that names the file, the field and what is wrong.
  public init(folder: URL) throws {
    try self.init(JSONFields(contentsOf: folder.appendingPathComponent(Self.fileName)))
  }

  /// Takes fields that were read.
  ///
  /// - Throws: `JSONFieldError` where they name no model.
  public init(_ fields: JSONFields) throws {
    self.fields = fields
    if let type = try fields.text("model_type"), type != "timm_wrapper" {
      (library, modelType) = (.transformers, type)
    } else if let name = try fields.text("architecture") {
      // Names may carry the tag of the weights: `vit_tiny_patch16_224.augreg_in21k`.
      (library, modelType) = (.timm, name.split(separator: ".").first.map(String.init) ?? name)
    } else {
      throw fields.error(
        "model_type", "is missing, and so is timm's 'architecture': nothing says which model this is")
    }
  }

  /// Whether a folder's `config.json` is that of a published model, and not of a run of ours; false where there is none.
  ///
  /// - Throws: `JSONFieldError` for a damaged file.
  public static func isPublished(folder: URL) throws -> Bool {
    let file = folder.appendingPathComponent(fileName)
    guard FileManager.default.fileExists(atPath: file.path) else { return false }
    return isPublished(try JSONFields(contentsOf: file))
  }

  /// Whether fields are those of a published model, and not of a run of ours.
  public static func isPublished(_ fields: JSONFields) -> Bool {
    fields.has("model_type") || (fields.has("architecture") && !fields.has("classNames"))
  }

  /// transformers' `architectures`, such as `ViTForImageClassification`.
  public var architectures: [String] { fields["architectures"]?.array?.compactMap(\.text) ?? [] }

  /// Whether it is that of a network without a last layer, such as `ViTModel`.
  public var isBackbone: Bool {
    !architectures.isEmpty && !architectures.contains { $0.contains("ForImageClassification") }
  }

  /// timm's `pretrained_cfg`; older files have its fields beside the others.
  public func pretrainedSettings() throws -> JSONFields { try fields.object("pretrained_cfg") ?? fields }
}

extension PretrainedConfiguration {
  /// The names of the classes by index; nil where the file does not even say how many there are.
  ///
  /// - Throws: `JSONFieldError` for labels with gaps, or more than a million of them.
  public func classNames() throws -> [String]? {
    if let labels = try fields.object("id2label") { return try names(of: labels) }
    if let names = fields["label_names"]?.array {
      let descriptions = try fields.object("label_descriptions")
      return try checked(names.map { $0.text ?? $0.description }, "label_names").map { name in
        descriptions?[name]?.text ?? name
      }
    }
    switch library {
    case .transformers:
      return try genericNames(fields.integer("num_labels", default: 2, in: 0...1_000_000), named: { "LABEL_\($0)" })
    case .timm:
      guard fields.has("num_classes") || fields.has("pretrained_cfg") else { return nil }
      let settings = try pretrainedSettings()
      let count = try fields.integer(
        "num_classes", default: settings.integer("num_classes", default: 1000, in: 0...1_000_000), in: 0...1_000_000)
      return count == 1000 ? nil : genericNames(count, named: String.init)
    }
  }

  private func genericNames(_ count: Int, named name: (Int) -> String) -> [String] { (0..<count).map(name) }

  private func names(of labels: JSONFields) throws -> [String] {
    _ = try checked(Array(labels.values.keys), "id2label")
    return try (0..<labels.values.count).map { index in
      guard let label = labels.values[String(index)] else {
        throw fields.error(
          "id2label", "has \(labels.values.count) labels, and none for \(index); they must be numbered from 0")
      }
      return label.text ?? label.description
    }
  }

  private func checked(_ names: [String], _ key: String) throws -> [String] {
    guard names.count <= 1_000_000 else { throw fields.error(key, "has \(names.count) labels; the limit is 1,000,000") }
    return names
  }
}
