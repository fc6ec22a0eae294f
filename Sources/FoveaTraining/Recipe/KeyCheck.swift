import Torch

/// Refuses values of a recipe's keys; the message names the key, the value and what it may be.
///
/// Every number has bounds, so that what is worked out of it (steps, durations, sizes) stays a number too: neither
/// infinity nor nan lies in any of them. A key that is left out passes.
struct KeyCheck {
  /// What messages call the recipe.
  let name: String
  /// What stands before the keys, as `training.`; empty at the top.
  let prefix: String

  init(_ name: String, section: String? = nil) {
    self.name = name
    prefix = section.map { $0 + "." } ?? ""
  }

  func require(_ condition: Bool, _ key: String, _ value: Any, _ wanted: String) throws(RecipeError) {
    guard condition else { throw RecipeError(name, "\(prefix)\(key): \(value) is not \(wanted)") }
  }

  func whole(_ key: String, _ value: Int?, in range: ClosedRange<Int> = 1...1_000_000) throws(RecipeError) {
    guard let value else { return }
    try require(range.contains(value), key, value, "in \(range)")
  }

  func number(_ key: String, _ value: Double?, in range: ClosedRange<Double>) throws(RecipeError) {
    guard let value else { return }
    try require(range.contains(value), key, value, "in \(range.lowerBound.short)...\(range.upperBound.short)")
  }

  func positive(_ key: String, _ value: Double?, atMost most: Double = 1_000_000) throws(RecipeError) {
    guard let value else { return }
    try require(value > 0 && value <= most, key, value, "above 0 and at most \(most.short)")
  }

  func fraction(_ key: String, _ value: Double?) throws(RecipeError) {
    guard let value else { return }
    try require((0..<1).contains(value), key, value, "in 0..<1")
  }

  func oneOf(_ names: [String], _ key: String, _ value: String) throws(RecipeError) {
    guard !names.contains(value) else { return }
    let hint = nearestName(to: value, in: names).map { "; did you mean '\($0)'?" } ?? ""
    throw RecipeError(name, "\(prefix)\(key): '\(value)' is none of \(names.joined(separator: ", "))\(hint)")
  }
}

extension Double {
  /// Without a fraction where it has none.
  fileprivate var short: String { Int(exactly: self).map(String.init) ?? description }
}
