import Foundation
import FoveaData
import FoveaModels
import Torch
import Yams

extension Recipe {
  /// Reads a recipe from a YAML file and changes it by `key=value` pairs, as in `training.epochs=3`.
  ///
  /// - Throws: ``RecipeError`` that names the file, the line and the key.
  public init(contentsOf file: URL, settings: [String] = []) throws {
    let text: String
    do {
      text = try String(contentsOf: file, encoding: .utf8)
    } catch {
      throw RecipeError(file.path, "cannot be read: is it there, and is it text?")
    }
    try self.init(yaml: text, name: file.path, settings: settings)
  }

  /// Reads a recipe from YAML text.
  ///
  /// - Parameters:
  ///   - name: what messages call it.
  ///   - settings: `key=value` pairs that change it.
  /// - Throws: ``RecipeError``.
  public init(yaml: String, name: String = "recipe", settings: [String] = []) throws {
    var tree = try Recipe.parse(yaml, name: name)
    try RecipeKeys.check(tree, in: name)
    for setting in settings { try Recipe.apply(setting, to: &tree) }
    let complete = try Recipe.merge(tree, over: YAMLEncoder().encode(Recipe()), name: name)
    do {
      self = try YAMLDecoder().decode(Recipe.self, from: complete)
    } catch let error as DecodingError {
      throw RecipeError(name, Recipe.explain(error))
    }
    try check(name: name)
  }

  /// The whole recipe as YAML, defaults written out.
  public func yaml() throws -> String { try YAMLEncoder().encode(self) }

  private static func parse(_ text: String, name: String) throws -> Node {
    do {
      guard let node = try Yams.compose(yaml: text) else { return Node([(Node, Node)]()) }
      guard node.mapping != nil else { throw RecipeError(name, "is not a list of 'key: value' lines") }
      return node
    } catch let error as YamlError {
      throw RecipeError(name, "is not YAML: \(error)")
    }
  }

  /// Changes one value of the tree; the value is read as YAML, so that `[1, 2]` is a list.
  private static func apply(_ setting: String, to tree: inout Node) throws {
    let name = "--set \(setting)"
    guard let equals = setting.firstIndex(of: "=") else { throw RecipeError(name, "has no '='; write key=value") }
    let path = setting[..<equals].split(separator: ".").map(String.init)
    let text = String(setting[setting.index(after: equals)...])
    guard (1...2).contains(path.count) else { throw RecipeError(name, "needs a key, such as training.epochs") }
    var value: Node
    do {
      value = try Yams.compose(yaml: text) ?? Node("")
    } catch {
      throw RecipeError(name, "'\(text)' is not a value")
    }
    if path.count == 2 { value = Node([(Node(path[1]), value)]) }
    let change = Node([(Node(path[0]), value)])
    try RecipeKeys.check(change, in: name)
    tree = overlay(change, on: tree)
  }

  private static func merge(_ tree: Node, over defaults: String, name: String) throws -> String {
    guard let base = try Yams.compose(yaml: defaults) else { throw RecipeError(name, "cannot be completed") }
    return try Yams.serialize(node: overlay(tree, on: base))
  }

  /// The keys of `upper`, and those of `lower` that it lacks; sections are joined the same way.
  private static func overlay(_ upper: Node, on lower: Node) -> Node {
    guard let changes = upper.mapping, var result = lower.mapping else { return upper }
    for (key, value) in changes {
      result[key] = result[key].map { overlay(value, on: $0) } ?? value
    }
    return Node.mapping(result)
  }

  private static func explain(_ error: DecodingError) -> String {
    func key(_ context: DecodingError.Context) -> String {
      context.codingPath.map(\.stringValue).joined(separator: ".")
    }
    switch error {
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return "\(key(context)): expects \(kind(type))"
    case .dataCorrupted(let context) where key(context) == "stem":
      return "stem: is none of \(Stem.allCases.map(\.rawValue).joined(separator: ", "))"
    case .dataCorrupted(let context) where key(context) == "task":
      return "task: is none of \(VisionTask.allCases.map(\.rawValue).joined(separator: ", "))"
    case .dataCorrupted(let context) where FaceRecipe.choices[key(context)] != nil:
      return "\(key(context)): is none of \((FaceRecipe.choices[key(context)] ?? []).joined(separator: ", "))"
    case .dataCorrupted(let context) where key(context) == "captioning.encoder":
      return "captioning.encoder: is none of \(CaptionEncoder.allCases.map(\.rawValue).joined(separator: ", "))"
    case .dataCorrupted(let context): return "\(key(context)): \(context.debugDescription)"
    case .keyNotFound(let missing, let context): return "\(key(context)): misses '\(missing.stringValue)'"
    @unknown default: return "\(error)"
    }
  }

  private static func kind(_ type: Any.Type) -> String {
    switch type {
    case is Bool.Type: "true or false"
    case is Int.Type, is UInt64.Type: "a whole number"
    case is Double.Type, is Float.Type: "a number"
    case is String.Type: "text"
    default: "\(type)".hasPrefix("Array") ? "a list, such as [1, 2]" : "'key: value' lines"
    }
  }
}

/// What is wrong with a recipe.
public struct RecipeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file, with the line where it is known; or the setting.
  public let place: String
  /// What is wrong there, and what would be right.
  public let problem: String

  public init(_ place: String, _ problem: String) {
    self.place = place
    self.problem = problem
  }

  public var description: String { "\(place): \(problem)" }
}

/// The keys that a recipe may have.
enum RecipeKeys {
  static let sections: [String: [String]] = [
    "images": ImageRecipe.CodingKeys.allCases.map(\.rawValue),
    "augmentation": AugmentationRecipe.CodingKeys.allCases.map(\.rawValue),
    "optimizer": OptimizerRecipe.CodingKeys.allCases.map(\.rawValue),
    "schedule": ScheduleRecipe.CodingKeys.allCases.map(\.rawValue),
    "training": TrainingRecipe.CodingKeys.allCases.map(\.rawValue),
    "fine_tuning": FineTuningRecipe.CodingKeys.allCases.map(\.rawValue),
    "faces": FaceRecipe.CodingKeys.allCases.map(\.rawValue),
    "detection": DetectionRecipe.CodingKeys.allCases.map(\.rawValue),
    "captioning": CaptioningRecipe.CodingKeys.allCases.map(\.rawValue),
  ]

  static func check(_ tree: Node, in name: String) throws {
    let top = Recipe.CodingKeys.allCases.map(\.rawValue)
    for (key, value) in tree.mapping ?? [:] {
      try check(key, among: top, section: nil, in: name)
      guard let section = key.string, let known = sections[section] else { continue }
      guard let keys = value.mapping else {
        throw RecipeError(place(key, in: name), "'\(section)' needs keys below it, such as \(known[0])")
      }
      for (inner, _) in keys { try check(inner, among: known, section: section, in: name) }
    }
  }

  private static func check(_ key: Node, among known: [String], section: String?, in name: String) throws {
    let text = key.string ?? "\(key)"
    guard !known.contains(text) else { return }
    let hint =
      nearestName(to: text, in: known).map { "; did you mean '\($0)'?" } ?? elsewhere(text, not: section)
      ?? "; there are: \(known.joined(separator: ", "))"
    throw RecipeError(place(key, in: name), "there is no key '\(text)'\(section.map { " in '\($0)'" } ?? "")\(hint)")
  }

  /// The key of another section that was meant.
  private static func elsewhere(_ text: String, not section: String?) -> String? {
    for (name, keys) in sections.sorted(by: { $0.key < $1.key }) where name != section {
      if let nearest = nearestName(to: text, in: keys) { return "; did you mean '\(nearest)' in '\(name)'?" }
    }
    return nil
  }

  private static func place(_ key: Node, in name: String) -> String {
    guard !name.hasPrefix("--set"), let mark = key.mark else { return name }
    return "\(name):\(mark.line)"
  }
}
