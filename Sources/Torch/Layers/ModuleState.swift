import Foundation

/// What loading a state dict found that does not fit.
public struct LoadReport: Sendable, Equatable, CustomStringConvertible {
  /// Names that the module has and the state dict lacks.
  public var missing: [String] = []
  /// Names that the state dict has and the module lacks.
  public var unexpected: [String] = []
  /// Names that both have, with other shapes.
  public var misshapen: [Misshapen] = []

  /// A tensor whose shape differs.
  public struct Misshapen: Sendable, Equatable {
    public let name: String
    /// The module's shape.
    public let expected: Shape
    /// The state dict's shape.
    public let found: Shape

    public init(name: String, expected: Shape, found: Shape) {
      self.name = name
      self.expected = expected
      self.found = found
    }
  }

  /// A report of nothing that does not fit.
  public init() {}

  /// Whether everything fitted.
  public var isClean: Bool { missing.isEmpty && unexpected.isEmpty && misshapen.isEmpty }

  public var description: String {
    var lines: [String] = []
    func add(_ title: String, _ items: [String]) {
      guard !items.isEmpty else { return }
      let rest = items.count > 10 ? ", and \(items.count - 10) more" : ""
      lines.append("\(items.count) \(title): \(items.prefix(10).joined(separator: ", "))\(rest)")
    }
    add("missing", missing)
    add("unexpected", unexpected)
    add("of another shape", misshapen.map { "\($0.name) (model \($0.expected), file \($0.found))" })
    return lines.isEmpty ? "everything fitted" : lines.joined(separator: "; ")
  }
}

/// A state dict that does not fit the module it was meant for.
public struct LoadError: Error, Sendable, CustomStringConvertible {
  /// What does not fit.
  public let report: LoadReport
  /// The path of the file or the folder that the weights come from; nil where they were in memory.
  public var path: String?

  public var description: String {
    "\(path.map { "\($0): " } ?? "")the weights do not fit the model: \(report)"
  }

  /// Runs `body`; an error of weights that do not fit names `path`, unless it names another already.
  public static func naming<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch var error as LoadError {
      error.path = error.path ?? path
      throw error
    }
  }
}

extension Module {
  /// Parameters and persistent buffers by name. The tensors are the module's own, not copies.
  public final func stateDict() -> StateDict {
    var state = StateDict()
    visit { name, member in
      switch member {
      case .parameter(let parameter): state[name] = parameter.value.detach()
      case .buffer(let buffer) where buffer.isPersistent: state[name] = buffer.value
      default: break
      }
    }
    return state
  }

  /// Reads a file and copies its tensors into the parameters and buffers of the same names; everything must fit.
  ///
  /// - Throws: `StateDictError` or ``LoadError``, which name the file.
  public final func loadStateDict(contentsOf file: URL) throws {
    _ = try LoadError.naming(file.path) { try loadStateDict(StateDict(contentsOf: file)) }
  }

  /// Copies a state dict's tensors into the parameters and buffers of the same names, converted to their types.
  ///
  /// - Parameter strict: throws, before anything is changed, unless everything fits. Otherwise what fits is loaded.
  /// - Returns: what did not fit.
  /// - Throws: ``LoadError``.
  @discardableResult
  public final func loadStateDict(_ state: StateDict, strict: Bool = true) throws -> LoadReport {
    var report = LoadReport()
    var known: Set<String> = []
    var copies: [(target: Tensor, source: Tensor)] = []
    visit { name, member in
      let target: Tensor
      switch member {
      case .parameter(let parameter): target = parameter.value
      case .buffer(let buffer) where buffer.isPersistent: target = buffer.value
      default: return
      }
      known.insert(name)
      guard let source = state[name] else { return report.missing.append(name) }
      guard source.shape == target.shape else {
        return report.misshapen.append(.init(name: name, expected: target.shape, found: source.shape))
      }
      copies.append((target, source))
    }
    report.unexpected = state.keys.filter { !known.contains($0) }
    if strict && !report.isClean { throw LoadError(report: report) }
    withNoGrad { for (target, source) in copies { target.copy_(source) } }
    return report
  }
}
