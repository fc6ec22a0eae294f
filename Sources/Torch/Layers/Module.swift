/// What networks are made of: it has parameters, buffers and other modules, and knows whether it is being trained.
///
/// A subclass keeps them in ordinary properties; they are found by reflection, in arrays and optionals too:
///
/// ```swift
/// final class Block: Layer {
///   let conv = Conv2d(64, 64, kernel: 3, padding: 1)
///   let norm = BatchNorm2d(64)
///   override func forward(_ x: Tensor) -> Tensor { norm(conv(x)).relu() }
/// }
/// ```
/// Their names, in snake case and joined by dots (`layer1.0.conv.weight`), are the keys of the checkpoint.
///
/// A module belongs to one thread at a time.
open class Module {
  /// Whether it behaves as in training: dropout drops, batch normalisation uses the batch.
  public private(set) var isTraining = true

  /// For a subclass to build on.
  public init() {}

  /// Keys that differ from a property's name in snake case, by property; `""` leaves a level out.
  open class var checkpointKeys: [String: String] { [:] }

  /// Whatever a module holds.
  public enum Member {
    case parameter(Parameter)
    case buffer(Buffer)
    case child(Module)
  }

  /// What this module holds itself, in the order of its declarations, superclasses first.
  ///
  /// A subclass overrides it only where the names of its members depend on how it is built.
  open func members() -> [(key: String, member: Member)] {
    var chain: [Mirror] = []
    var mirror: Mirror? = Mirror(reflecting: self)
    while let level = mirror, level.subjectType != Module.self {
      chain.append(level)
      mirror = level.superclassMirror
    }
    let keys = Self.checkpointKeys
    var members: [(key: String, member: Member)] = []
    for (label, value) in chain.reversed().flatMap(\.children) {
      guard let label else { continue }
      collect(value, key: keys[label] ?? label.snakeCased, into: &members)
    }
    return members
  }

  private func collect(_ value: Any, key: String, into members: inout [(key: String, member: Member)]) {
    switch value {
    case let parameter as Parameter: members.append((key, .parameter(parameter)))
    case let buffer as Buffer: members.append((key, .buffer(buffer)))
    case let module as Module: members.append((key, .child(module)))
    default:
      let mirror = Mirror(reflecting: value)
      switch mirror.displayStyle {
      case .optional:
        for child in mirror.children { collect(child.value, key: key, into: &members) }
      case .collection:
        for (index, child) in mirror.children.enumerated() {
          collect(child.value, key: key.isEmpty ? "\(index)" : "\(key).\(index)", into: &members)
        }
      case .struct where holdsModules(mirror):
        fatalError(
          "\(type(of: self)).\(key) is a struct that holds parameters or modules, which would not be trained: hold them "
            + "in the module itself, in an array, or in a Module of their own")
      default: break
      }
    }
  }

  private func holdsModules(_ mirror: Mirror) -> Bool {
    mirror.children.contains { $0.value is Parameter || $0.value is Buffer || $0.value is Module }
  }

  /// Everything below this module with its dotted name, each level's own members before those of its children's.
  public final func visit(prefix: String = "", _ body: (_ name: String, _ member: Member) -> Void) {
    for (key, member) in members() {
      let name = prefix.isEmpty ? key : key.isEmpty ? prefix : "\(prefix).\(key)"
      body(name, member)
      if case .child(let module) = member { module.visit(prefix: name, body) }
    }
  }

  /// The parameters with their names; one that is used in two places is listed once, by its first name.
  public final func namedParameters() -> [(name: String, parameter: Parameter)] {
    var seen: Set<ObjectIdentifier> = []
    var found: [(name: String, parameter: Parameter)] = []
    visit { name, member in
      if case .parameter(let parameter) = member, seen.insert(ObjectIdentifier(parameter)).inserted {
        found.append((name, parameter))
      }
    }
    return found
  }

  /// The parameters.
  public final func parameters() -> [Parameter] { namedParameters().map(\.parameter) }

  /// The buffers with their names.
  public final func namedBuffers() -> [(name: String, buffer: Buffer)] {
    var found: [(name: String, buffer: Buffer)] = []
    visit { name, member in if case .buffer(let buffer) = member { found.append((name, buffer)) } }
    return found
  }

  /// This module, named "", and all below it.
  public final func namedModules() -> [(name: String, module: Module)] {
    var found: [(name: String, module: Module)] = [("", self)]
    visit { name, member in if case .child(let module) = member { found.append((name, module)) } }
    return found
  }

  /// How many numbers its parameters hold.
  public final func parameterCount(trainableOnly: Bool = false) -> Int {
    parameters().reduce(0) { $0 + (trainableOnly && !$1.isTrainable ? 0 : $1.value.count) }
  }

  /// Sets this module, and all below it, to behave as in training, or not.
  @discardableResult
  public final func train(_ isTraining: Bool = true) -> Self {
    for (_, module) in namedModules() { module.isTraining = isTraining }
    return self
  }

  /// Sets this module, and all below it, to behave as in use.
  @discardableResult
  public final func eval() -> Self { train(false) }

  /// Sets whether training changes the parameters.
  @discardableResult
  public final func setTrainable(_ isTrainable: Bool) -> Self {
    for parameter in parameters() { parameter.isTrainable = isTrainable }
    return self
  }

  /// Forgets all gradients, and gives their memory back.
  public final func zeroGrad() {
    for parameter in parameters() { parameter.grad = nil }
  }

  /// Moves parameters and buffers to a device.
  @discardableResult
  public final func to(_ device: Device) -> Self { convert { $0.to(device) } }

  /// Converts floating-point parameters and buffers to another type.
  @discardableResult
  public final func to(_ dtype: DType) -> Self { convert { $0.dtype.isFloatingPoint ? $0.to(dtype) : $0 } }

  /// Lays the weights of convolutions out in this order in memory.
  @discardableResult
  public final func to(_ format: MemoryFormat) -> Self { convert { $0.rank == 4 ? $0.contiguous(format) : $0 } }

  private func convert(_ change: (Tensor) -> Tensor) -> Self {
    withNoGrad {
      for parameter in parameters() { parameter.replace(change(parameter.value)) }
      for (_, buffer) in namedBuffers() { buffer.value = change(buffer.value) }
    }
    return self
  }
}

/// A module that takes one tensor and returns one: what a ``Sequential`` can chain.
open class Layer: Module {
  /// The computation; subclasses override it.
  open func forward(_ x: Tensor) -> Tensor {
    fatalError("\(type(of: self)) does not override forward(_:)")
  }

  /// Called after each run with what came in and what went out, for summaries and for looking inside a network.
  public final var forwardHook: ((_ input: Tensor, _ output: Tensor) -> Void)?

  /// What is added to the output of a ``Linear`` that is fine-tuned by a ``LowRankAdapter``.
  public internal(set) final var adapter: LowRankAdapter?

  /// Runs the layer.
  public final func callAsFunction(_ x: Tensor) -> Tensor {
    let unadapted = forward(x)
    let output = adapter.map { unadapted + $0(x) } ?? unadapted
    forwardHook?(x, output)
    return output
  }
}

extension String {
  /// `runningMean` becomes `running_mean`; digits stay with the letters before them: `layer1`, `conv2d`.
  var snakeCased: String {
    var result = ""
    for character in self {
      if character.isUppercase, !result.isEmpty, result.last != "_" { result.append("_") }
      result.append(contentsOf: character.lowercased())
    }
    return result
  }
}
