import Torch

/// A network on one page: its modules, the shapes of what they return, and their parameters.
///
/// ```swift
/// print(ModelSummary(of: model, input: [1, 3, 32, 32]))
/// ```
public struct ModelSummary: Sendable, Hashable, CustomStringConvertible {
  /// One module.
  public struct Row: Sendable, Hashable {
    /// Its dotted name; empty for the network itself.
    public let name: String
    /// How deep it lies, 0 for the network itself.
    public let depth: Int
    /// Its class.
    public let kind: String
    /// The shape of what it returned first; nil where it did not run, or is no ``Layer``.
    public let outputShape: Shape?
    /// The numbers in its parameters and those of the modules inside it.
    public let parameterCount: Int
  }

  /// The network, then its modules in the order of their declarations.
  public let rows: [Row]
  /// What went in; nil where the network was not run.
  public let inputShape: Shape?
  /// The numbers in all parameters; one that is used twice counts once.
  public let parameterCount: Int
  /// Those that training changes.
  public let trainableCount: Int
  /// Bytes of parameters and buffers.
  public let byteCount: Int

  /// Lists a network's modules.
  ///
  /// - Parameters:
  ///   - module: the network.
  ///   - input: a shape such as `[1, 3, 224, 224]`. A ``Layer`` is run once on zeros of this shape, as in use, to learn the
  ///     shapes inside; its state is left as it was.
  ///   - depth: how many levels to list.
  public init(of module: Module, input: Shape? = nil, depth: Int = 3) {
    var shapes: [ObjectIdentifier: Shape] = [:]
    if let input, let layer = module as? Layer { shapes = Self.outputShapes(of: layer, input: input) }
    rows = module.namedModules().compactMap { name, inner in
      let level = name.isEmpty ? 0 : name.split(separator: ".").count
      guard level <= depth else { return nil }
      return Row(
        name: name, depth: level, kind: String(describing: type(of: inner)),
        outputShape: shapes[ObjectIdentifier(inner)], parameterCount: inner.parameterCount())
    }
    inputShape = shapes.isEmpty ? nil : input
    parameterCount = module.parameterCount()
    trainableCount = module.parameterCount(trainableOnly: true)
    let tensors = module.parameters().map(\.value) + module.namedBuffers().map(\.buffer.value)
    byteCount = tensors.reduce(0) { $0 + $1.count * $1.dtype.byteCount }
  }

  /// Runs the network in evaluation mode, so that batch statistics stay as they are, and listens to its layers.
  private static func outputShapes(of network: Layer, input: Shape) -> [ObjectIdentifier: Shape] {
    let modules = network.namedModules().map(\.module)
    let modes = modules.map(\.isTraining)
    let layers = modules.compactMap { $0 as? Layer }
    let hooks = layers.map(\.forwardHook)
    final class Shapes { var found: [ObjectIdentifier: Shape] = [:] }
    let shapes = Shapes()
    for layer in layers {
      let identifier = ObjectIdentifier(layer)
      layer.forwardHook = { _, output in
        if shapes.found[identifier] == nil { shapes.found[identifier] = output.shape }
      }
    }
    defer {
      for (layer, hook) in zip(layers, hooks) { layer.forwardHook = hook }
      // A mode reaches all modules below; parents come first, so children have the last word.
      for (module, mode) in zip(modules, modes) { module.train(mode) }
    }
    let first = network.parameters().first?.value
    network.eval()
    withNoGrad {
      _ = network(Tensor.zeros(input.sizes, dtype: first?.dtype ?? .float32, device: first?.device ?? .cpu))
    }
    return shapes.found
  }

  public var description: String {
    let cells = rows.map { row in
      [
        String(repeating: "  ", count: row.depth)
          + (row.name.split(separator: ".").last.map(String.init) ?? "(network)"),
        row.kind, row.outputShape?.description ?? "-", row.parameterCount == 0 ? "-" : row.parameterCount.grouped,
      ]
    }
    let all = [["module", "kind", "output", "parameters"]] + cells
    let widths = (0..<4).map { column in all.map { $0[column].count }.max() ?? 0 }
    let lines = all.map { row in
      (0..<4).map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 3 ? padding + row[column] : row[column] + padding
      }.joined(separator: "  ")
    }
    let frozen = parameterCount - trainableCount
    let total =
      "\(parameterCount.grouped) parameters" + (frozen > 0 ? ", \(frozen.grouped) of them frozen" : "")
      + ", \(byteCount.byteText)" + (inputShape.map { "; input \($0)" } ?? "")
    return (lines + [total]).joined(separator: "\n")
  }
}
