/// Tensors by their dotted names, such as `layer1.0.conv1.weight`, in a fixed order.
///
/// This is what a module gives and takes to save and load its weights, and what a weights file holds.
///
/// ```swift
/// var weights = try StateDict(contentsOf: URL(filePath: "resnet18.safetensors"))
/// for (name, tensor) in weights { print(name, tensor.shape) }
/// weights["fc.weight"] = nil
/// try weights.write(to: URL(filePath: "headless.safetensors"))
/// ```
public struct StateDict: Sendable {
  /// The names, in order: that of the file, or that in which they were added.
  public private(set) var keys: [String] = []

  private var tensors: [String: Tensor] = [:]

  /// Free text beside the tensors, such as the format or the recipe of a run. Only safetensors files carry it.
  public var metadata: [String: String] = [:]

  /// An empty state dict.
  public init() {}

  /// The tensor of a name; `nil` where there is none.
  ///
  /// Assigning to a new name appends it, to a known one keeps its place, and assigning `nil` removes it.
  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set {
      if let newValue {
        if tensors.updateValue(newValue, forKey: name) == nil { keys.append(name) }
      } else if tensors.removeValue(forKey: name) != nil {
        keys.removeAll { $0 == name }
      }
    }
  }

  /// The same tensors under other names, in the same order. `transform` returns `nil` for what is to be left out.
  ///
  /// - Precondition: no two tensors get the same name.
  public func mapKeys(_ transform: (String) throws -> String?) rethrows -> StateDict {
    var result = StateDict()
    result.metadata = metadata
    for (name, tensor) in self {
      guard let newName = try transform(name) else { continue }
      precondition(result[newName] == nil, "two tensors of a state dict would be named '\(newName)'")
      result[newName] = tensor
    }
    return result
  }

  /// The same tensors, those that `newName` knows under new names, in the same order.
  ///
  /// Files of strangers may hold one tensor under both names: the second one then keeps its own.
  public func renamed(_ newName: (String) -> String?) -> StateDict {
    var result = StateDict()
    result.metadata = metadata
    for (name, tensor) in self {
      var target = newName(name) ?? name
      if target != name, tensors[target] != nil || result[target] != nil { target = name }
      result[target] = tensor
    }
    return result
  }
}

extension StateDict: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { keys.count }

  /// The name and the tensor at a place of the order.
  public subscript(position: Int) -> (key: String, value: Tensor) {
    let name = keys[position]
    guard let tensor = tensors[name] else { preconditionFailure("a state dict lost its tensor '\(name)'") }
    return (name, tensor)
  }
}

extension StateDict: ExpressibleByDictionaryLiteral {
  /// A state dict in the order of the literal.
  ///
  /// - Precondition: no name occurs twice.
  public init(dictionaryLiteral elements: (String, Tensor)...) {
    for (name, tensor) in elements {
      precondition(self[name] == nil, "a state dict's literal names '\(name)' twice")
      self[name] = tensor
    }
  }
}

extension StateDict: CustomStringConvertible {
  /// A line for each tensor: its name, shape and type.
  public var description: String {
    let nameWidth = keys.map(\.count).max() ?? 0
    let shapes = map { $0.value.shape.description }
    let shapeWidth = shapes.map(\.count).max() ?? 0
    func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: width - text.count) }
    return zip(self, shapes)
      .map { entry, shape in
        "\(padded(entry.key, nameWidth))  \(padded(shape, shapeWidth))  \(entry.value.dtype)"
      }
      .joined(separator: "\n")
  }
}
