import Foundation
import FoveaData
import Yams

extension Recipe {
  /// The recipe as a run's folder keeps it: paths are absolute, so that the run can be evaluated and resumed from any
  /// working folder.
  ///
  /// Names of published models and data sets stay, and so does data that cannot be read: loading it says why.
  public var resolved: Recipe {
    var recipe = self
    if let spec = try? DataSpec(data) { recipe.data = spec.absolute.description }
    recipe.weights = weights.map(Self.absolute)
    recipe.captioning.tokenizer = captioning.tokenizer.map(Self.absolute)
    let folder = Self.absolute(model)
    if [.classification, .detection].contains(task),
      FileManager.default.fileExists(atPath: "\(folder)/\(ModelFolder.configuration)")
    {
      recipe.model = folder
    }
    recipe.training.monitor = monitor
    return recipe
  }

  /// The validation metric that the best checkpoint is chosen by: the recipe's, or its task's.
  var monitor: String {
    if let monitor = training.monitor { return monitor }
    return switch task {
    case .classification: "accuracy"
    case .detection: "ap"
    case .faces: "auc"
    case .captioning: "cider_d"
    }
  }

  /// The first key, in alphabetical order, in which two recipes differ, with both values; nil where they are alike.
  public func firstDifference(from other: Recipe) throws -> (key: String, value: String, other: String)? {
    let (mine, others) = (try values(), try other.values())
    let key = Set(mine.keys).union(others.keys).sorted().first { mine[$0] != others[$0] }
    return key.map { ($0, mine[$0] ?? "not set", others[$0] ?? "not set") }
  }

  /// Every value, as YAML writes it, by its dotted key.
  func values() throws -> [String: String] {
    var values: [String: String] = [:]
    func add(_ node: Node, at key: String) throws {
      values[key] = try node.string ?? Yams.serialize(node: node).trimmingCharacters(in: .newlines)
    }
    for (key, node) in try Yams.compose(yaml: yaml())?.mapping ?? [:] {
      guard let name = key.string else { continue }
      guard let section = node.mapping else {
        try add(node, at: name)
        continue
      }
      for (inner, value) in section { try add(value, at: "\(name).\(inner.string ?? "")") }
    }
    return values
  }

  private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }
}
