import Torch

/// The names of classes and their numbers, both ways.
public struct LabelMap: Sendable, Hashable {
  /// The names; the number is the place.
  public let names: [String]
  private let labels: [String: Int]

  /// - Throws: ``LabelError`` if a name comes twice.
  public init(_ names: [String]) throws(LabelError) {
    var labels: [String: Int] = [:]
    for (label, name) in names.enumerated() {
      guard labels.updateValue(label, forKey: name) == nil else { throw .repeated(name) }
    }
    self.names = names
    self.labels = labels
  }

  /// The number of a class.
  ///
  /// - Throws: ``LabelError`` that names the nearest class there is.
  public func label(of name: String) throws(LabelError) -> Int {
    guard let label = labels[name] else { throw .unknown(name, nearest: nearestName(to: name, in: names)) }
    return label
  }

  /// The number here of each class of another map.
  ///
  /// - Throws: ``LabelError`` for the first class that is not here.
  public func labels(for other: LabelMap) throws(LabelError) -> [Int] {
    var result: [Int] = []
    for name in other.names { result.append(try label(of: name)) }
    return result
  }
}

/// What is wrong with the name of a class.
public enum LabelError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is no such class.
  case unknown(String, nearest: String?)
  /// Two classes have this name.
  case repeated(String)

  public var description: String {
    switch self {
    case .unknown(let name, let nearest):
      "there is no class '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    case .repeated(let name): "the class '\(name)' comes twice; every class needs a name of its own"
    }
  }
}

/// A set whose labels follow another list of classes: that of a model which was trained on the same classes in another
/// order, or on more.
public struct Relabelled<Base: Dataset>: Dataset {
  /// The set with its own labels.
  public let base: Base
  public let classNames: [String]
  private let labels: [Int]

  init(_ base: Base, map: LabelMap) throws {
    self.base = base
    classNames = map.names
    labels = try map.labels(for: LabelMap(base.classNames))
  }

  public var count: Int { base.count }
  public var split: Split { base.split }

  public func label(at index: Int) -> Int? { base.label(at: index).map { labels[$0] } }

  public subscript(index: Int) -> Sample {
    get throws {
      var sample = try base[index]
      sample.label = sample.label.map { labels[$0] }
      sample.boxLabels = sample.boxLabels.map { Tensor(labels).indexSelect(dim: 0, $0) }
      return sample
    }
  }
}

extension Dataset {
  /// The same samples with labels that follow `classNames`.
  ///
  /// - Throws: ``LabelError`` if a class of this set is not among them.
  public func relabelled(to classNames: [String]) throws -> any Dataset {
    if classNames == self.classNames { return self }
    return try Relabelled(self, map: LabelMap(classNames))
  }
}

extension Relabelled: AnnotatedDataset where Base: AnnotatedDataset {
  public func annotation(at index: Int) -> AnnotatedImage {
    var image = base.annotation(at: index)
    for object in image.objects.indices { image.objects[object].label = image.objects[object].label.map { labels[$0] } }
    return image
  }
}
