import Testing
import Torch

/// The linear layer through oneDNN, also where libtorch's own is used because it is the faster one.
@Suite struct OneDNNLinearTests {
  private static let linear = Op<Tensor, Tensor, Tensor, Tensor?>("fovea::onednn_linear")
  private static let reference = Op<Tensor, Tensor, Tensor, Tensor?>("aten::linear")

  private static func noise(_ shape: [Int], seed: UInt64) -> Tensor {
    Tensor.randn(shape, generator: Generator(seed: seed))
  }

  /// Inputs of one call.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var shape = [4, 6]
    var outputs = 5
    var hasBias = true
    var trains = [true, true, true]
    var change: @Sendable (Tensor) -> Tensor = { $0 }
    var changeWeight: @Sendable (Tensor) -> Tensor = { $0 }
  }

  static let cases = [
    Case(testDescription: "2-D"),
    Case(testDescription: "3-D", shape: [2, 3, 6]),
    Case(testDescription: "4-D without bias", shape: [2, 1, 3, 6], hasBias: false),
    Case(testDescription: "frozen weight", trains: [true, false, true]),
    Case(testDescription: "frozen input", trains: [false, true, false]),
    Case(testDescription: "only the bias", trains: [false, false, true]),
    Case(testDescription: "one row, one output", shape: [1, 6], outputs: 1),
    Case(testDescription: "transposed", shape: [6, 4], change: { $0.transpose(0, 1) }),
    Case(testDescription: "every other row", shape: [8, 2, 6], change: { $0.transpose(0, 1)[1] }),
    Case(testDescription: "expanded", shape: [1, 6], change: { $0.expand(3, 6) }),
    Case(testDescription: "transposed weight", outputs: 6, changeWeight: { $0.transpose(0, 1) }),
    Case(testDescription: "a single vector", shape: [6]),
    Case(testDescription: "no rows", shape: [0, 6]),
    Case(testDescription: "larger", shape: [33, 130], outputs: 65),
  ]

  /// The result and the gradients for input, weight and bias.
  private static func run(
    _ operation: Op<Tensor, Tensor, Tensor, Tensor?>, _ test: Case, _ dtype: DType = .float32
  ) -> [Tensor?] {
    let inputs = test.change(Tensor.zeros(test.shape)).shape[-1]
    let leaves = [noise(test.shape, seed: 1), noise([test.outputs, inputs], seed: 2), noise([test.outputs], seed: 3)]
      .map { $0.to(dtype) }
    for (leaf, trains) in zip(leaves, test.trains) { leaf.requiresGrad = trains }
    let y = operation(test.change(leaves[0]), test.changeWeight(leaves[1]), test.hasBias ? leaves[2] : nil)
    y.sin().sum().backward()
    return [y] + leaves.map(\.grad)
  }

  @Test(arguments: cases) func resultAndGradientsAreThoseOfPyTorch(_ test: Case) throws {
    let found = Self.run(Self.linear, test)
    let expected = Self.run(Self.reference, test)
    for (index, (found, expected)) in zip(found, expected).enumerated() {
      #expect((found == nil) == (expected == nil), "gradient \(index)")
      if let found, let expected { expectCloseOrEmpty(found, expected, "result \(index)") }
    }
  }

  private func expectCloseOrEmpty(_ found: Tensor, _ expected: Tensor, _ what: String) {
    if expected.count > 0 { expectClose(found, expected, what) } else { #expect(found.shape == expected.shape) }
  }

  @Test func theFixturesOfPyTorchAreMet() throws {
    let reference = try LayerReference()
    let initial = reference.group("linear", "init")
    let leaves = [reference.list("linear", "in")[0]] + ["weight", "bias"].compactMap { initial[$0]?.clone() }
    for leaf in leaves { leaf.requiresGrad = true }
    let y = Self.linear(leaves[0], leaves[1], leaves[2])
    expectClose(y, try reference.tensor("linear/out.0"), "the result")
    (y * (0.1 * (1 + Tensor.arange(y.count)).reshape(y.shape.sizes))).sum().backward()
    for (leaf, name) in zip(leaves, ["in", "weight", "bias"]) {
      expectClose(try #require(leaf.grad), try reference.tensor("linear/grad.\(name)"), name)
    }
  }

  /// It is linear in each of its inputs, so a difference quotient is its gradient but for rounding.
  @Test func gradientsAreThoseOfDifferences() throws {
    let leaves = [Self.noise([3, 4], seed: 1), Self.noise([2, 4], seed: 2), Self.noise([2], seed: 3)]
    let weights = Self.noise([3, 2], seed: 4)
    func value() -> Tensor { (Self.linear(leaves[0], leaves[1], leaves[2]) * weights).sum() }
    for leaf in leaves { leaf.requiresGrad = true }
    value().backward()
    for (index, leaf) in leaves.enumerated() {
      let gradient = try #require(leaf.grad).flatten().array(Double.self)
      let flat = leaf.detach().flatten(from: 0)
      for (place, expected) in gradient.enumerated() {
        let quotient = withNoGrad {
          let element = flat[place]
          _ = element.add_(0.5)
          let above = Double(value())
          _ = element.add_(-1)
          let below = Double(value())
          _ = element.add_(0.5)
          return above - below
        }
        #expect(abs(quotient - expected) < 1e-4, "input \(index), element \(place)")
      }
    }
  }

  @Test func derivativesOfDerivativesAreThoseOfPyTorch() throws {
    func second(_ operation: Op<Tensor, Tensor, Tensor, Tensor?>) throws -> [Tensor] {
      let (x, weight) = (Self.noise([3, 4], seed: 1), Self.noise([2, 4], seed: 2))
      for leaf in [x, weight] { leaf.requiresGrad = true }
      let first = gradients(of: [operation(x, weight, nil).sin().sum()], for: [x], createGraph: true)
      try #require(first[0]).square().sum().backward()
      return [try #require(x.grad), try #require(weight.grad)]
    }
    for (found, expected) in zip(try second(Self.linear), try second(Self.reference)) {
      expectClose(found, expected, "the second derivative")
    }
  }

  @Test func whatOneDNNCannotDoIsLeftToLibtorch() throws {
    let test = Case(testDescription: "")
    for (found, expected) in zip(
      Self.run(Self.linear, test, .float64), Self.run(Self.reference, test, .float64))
    {
      #expect(try #require(found).isEqual(to: #require(expected)))
    }
    let (x, weight) = (Self.noise([3, 4], seed: 1), Self.noise([2, 4], seed: 2))
    #expect(withAutocast(.bfloat16) { Self.linear(x, weight, nil) }.dtype == .bfloat16)
    let error = #expect(throws: TorchError.self) { try withTorchErrors { Self.linear(x, Tensor.zeros([2, 5]), nil) } }
    #expect(error?.message.contains("cannot be multiplied") == true)
  }

  @Test func aWeightThatChangedSinceIsNoticed() {
    #expect(throws: TorchError.self) {
      try withTorchErrors {
        let (x, weight) = (Self.noise([3, 4], seed: 1), Self.noise([2, 4], seed: 2))
        x.requiresGrad = true
        let y = Self.linear(x, weight, nil)
        _ = weight.add_(1)
        y.sum().backward()
      }
    }
  }

  @Test func layersUseTheOneThatIsSet() async {
    await #expect(processExitsWith: .success) {
      let layer = Linear(256, 256)
      let x = Tensor.randn([64, 256], generator: Generator(seed: 1))
      let operations = [
        (LinearKernel.libtorch, Op<Tensor, Tensor, Tensor, Tensor?>("aten::linear")),
        (.oneDNN, Op<Tensor, Tensor, Tensor, Tensor?>("fovea::onednn_linear")),
      ]
      for (kernel, operation) in operations {
        LinearKernel.current = kernel
        #expect(LinearKernel.current == kernel)
        let expected = operation(x, layer.weight.value, layer.bias?.value)
        #expect(layer(x).isEqual(to: expected))
        layer(x).sum().backward()
        #expect(kernel.measuredSpeed() > 0)
      }
    }
  }
}
