import Foundation

/// What the README of a published model says: how it was trained, and what it achieves.
public struct ModelCard: Sendable {
  /// What it is called.
  public var title = "An image classifier"
  /// The data set that it was trained on.
  public var data: String?
  /// What it started from; nil for random weights.
  public var baseModel: String?
  /// Metrics by their names.
  public var metrics: [String: Double] = [:]
  /// The set that they were measured on, such as `test`.
  public var split = "test"
  /// The recipe, in YAML.
  public var recipe: String?

  public init() {}

  /// The card in Markdown, with the head that the Hub reads.
  func markdown(modelType: String, classNames: [String]) -> String {
    var lines = ["---", "library_name: transformers", "pipeline_tag: image-classification", "tags:"]
    lines += ["image-classification", modelType, "fovea"].map { "- \($0)" }
    if let baseModel { lines.append("base_model: \(quoted(baseModel))") }
    lines += ["---", "", "# \(title)", ""]
    let names = classNames.prefix(20).joined(separator: ", ") + (classNames.count > 20 ? ", ..." : "")
    lines.append("A `\(modelType)` network that tells \(classNames.count) classes apart: \(names).")
    lines.append("")
    lines.append("Trained with Fovea, in Swift" + (data.map { " on `\($0)`" } ?? "") + ".")
    if let baseModel { lines.append("It started from `\(baseModel)`.") }
    if !metrics.isEmpty {
      lines += ["", "## Results", "", "On the \(split) set:", "", "| metric | value |", "|---|---|"]
      lines += metrics.sorted { $0.key < $1.key }.map { "| \($0.key) | \(String(format: "%.4f", $0.value)) |" }
    }
    lines += [
      "", "## Use", "", "```python", "from transformers import pipeline", "",
      "print(pipeline(\"image-classification\", \"PATH OF THIS FOLDER\")(\"image.jpg\"))", "```",
    ]
    if let recipe { lines += ["", "## Recipe", "", "```yaml", recipe.trimmingCharacters(in: .newlines), "```"] }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Text as YAML takes it, whatever is in it.
  private func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: " ") + "\""
  }
}
