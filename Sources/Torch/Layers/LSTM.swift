extension Operators {
  static let lstm = Op<(Tensor, Tensor, Tensor), Tensor, [Tensor], [Tensor], Bool, Int, Double, Bool, Bool, Bool>(
    "aten::lstm", "input")
}

/// Long short-term memory over sequences, in one or more layers (Hochreiter and Schmidhuber, 1997).
public final class LSTM: Module {
  /// What it remembers between steps: the outputs and the cells, each `[layers · directions, N, hidden]`.
  public struct State {
    public var hidden: Tensor
    public var cell: Tensor

    public init(hidden: Tensor, cell: Tensor) {
      self.hidden = hidden
      self.cell = cell
    }
  }

  public let hidden: Int
  public let layers: Int
  public let isBidirectional: Bool
  public let isBatchFirst: Bool
  /// The probability of dropping an output between two layers, in training.
  public let dropout: Double

  private let weights: [(name: String, parameter: Parameter)]

  /// A network with PyTorch's names and initial weights: all even in ±1/√hidden.
  ///
  /// - Parameters:
  ///   - isBidirectional: also reads each sequence backwards; the outputs are then `2 · hidden` wide.
  ///   - isBatchFirst: sequences are `[N, T, inputs]`, not `[T, N, inputs]`.
  public init(
    _ inputs: Int, _ hidden: Int, layers: Int = 1, isBidirectional: Bool = false, isBatchFirst: Bool = false,
    dropout: Double = 0
  ) {
    precondition(layers > 0 && hidden > 0, "an LSTM has at least one layer and one hidden unit")
    self.hidden = hidden
    self.layers = layers
    self.isBidirectional = isBidirectional
    self.isBatchFirst = isBatchFirst
    self.dropout = dropout
    let directions = isBidirectional ? ["", "_reverse"] : [""]
    let bound = 1 / Double(hidden).squareRoot()
    var weights: [(name: String, parameter: Parameter)] = []
    for layer in 0..<layers {
      let width = layer == 0 ? inputs : hidden * directions.count
      for direction in directions {
        // The four gates (in, forget, cell, out) lie one after the other in the first dimension.
        for (name, shape) in [
          ("weight_ih", [4 * hidden, width]), ("weight_hh", [4 * hidden, hidden]), ("bias_ih", [4 * hidden]),
          ("bias_hh", [4 * hidden]),
        ] {
          weights.append(("\(name)_l\(layer)\(direction)", Parameter(shape, .uniform(-bound, bound))))
        }
      }
    }
    self.weights = weights
  }

  public override func members() -> [(key: String, member: Member)] {
    weights.map { ($0.name, .parameter($0.parameter)) }
  }

  /// Reads sequences from a state on, or from zeros.
  ///
  /// - Returns: the last layer's output at every step (`[T, N, hidden · directions]`, or batch first), and the state
  ///   after the last step.
  public func callAsFunction(_ x: Tensor, state: State? = nil) -> (output: Tensor, state: State) {
    let start = state ?? zeroState(for: x)
    let (output, hidden, cell) = Operators.lstm(
      x, [start.hidden, start.cell], weights.map(\.parameter.value), true, layers, dropout, isTraining, isBidirectional,
      isBatchFirst)
    return (output, State(hidden: hidden, cell: cell))
  }

  private func zeroState(for x: Tensor) -> State {
    let shape = [layers * (isBidirectional ? 2 : 1), x.shape[isBatchFirst ? 0 : 1], hidden]
    let zeros = Tensor.zeros(shape, dtype: x.dtype, device: x.device)
    return State(hidden: zeros, cell: zeros)
  }
}
