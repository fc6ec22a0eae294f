import Testing
import Torch

@Suite struct LayerTests {
  let reference: LayerReference

  init() throws { reference = try LayerReference() }

  @Test(arguments: LayerCase.withWeights + LayerCase.withoutWeights)
  func valuesAndGradientsAreThoseOfPyTorch(_ layer: LayerCase) throws {
    let module = layer.make().train(layer.isTraining)
    let initial = reference.group(layer.name, "init")
    try module.loadStateDict(initial)
    let inputs = reference.list(layer.name, "in")
    if inputs[0].dtype.isFloatingPoint { inputs[0].requiresGrad = true }

    let outputs = try layer.run(module, inputs)

    let expected = reference.list(layer.name, "out")
    #expect(outputs.count == expected.count)
    for (index, (found, expected)) in zip(outputs, expected).enumerated() {
      expectClose(found, expected, "output \(index)")
    }
    let weights = 0.1 * (1 + Tensor.arange(outputs[0].count)).reshape(outputs[0].shape.sizes)
    (outputs[0] * weights).sum().backward()
    for (key, expected) in reference.group(layer.name, "grad") {
      let tensor = key == "in" ? inputs[0] : module.namedParameters().first { $0.name == key }?.parameter.value
      expectClose(try #require(tensor?.grad, "no gradient for \(key)"), expected, "the gradient of \(key)")
    }
    for (key, expected) in reference.group(layer.name, "after") {
      expectClose(try #require(module.stateDict()[key]), expected, "\(key) afterwards")
    }
  }

  /// In a process of its own, because other tests draw from the default generator at the same time.
  @Test func seededDrawsAreThoseOfPyTorch() async {
    await #expect(processExitsWith: .success) {
      let reference = try LayerReference()
      for layer in LayerCase.withWeights where !layer.name.contains("norm") {
        seedAll(7)
        let built = layer.make().stateDict()
        for (key, expected) in reference.group(layer.name, "init") {
          expectClose(try #require(built[key]), expected, "\(layer.name).\(key) at first", within: 1e-6)
        }
      }
      for layer in LayerCase.random {
        let module = layer.make()
        seedAll(3)
        let found = try layer.run(module, reference.list(layer.name, "in"))[0]
        expectClose(found, try reference.tensor("\(layer.name)/out.0"), layer.name)
      }
    }
  }

  @Test func frozenBatchNormIsBatchNormInUse() throws {
    let frozen = FrozenBatchNorm2d(3)
    var state = reference.group("batch_norm2d_eval", "init")
    state["num_batches_tracked"] = nil
    try frozen.loadStateDict(state)
    #expect(frozen.parameters().isEmpty)
    let output = frozen(reference.list("batch_norm2d_eval", "in")[0])
    expectClose(output, try reference.tensor("batch_norm2d_eval/out.0"), "frozen batch norm")
  }

  @Test func crossAttentionOfASequenceOverItselfIsSelfAttention() {
    let attention = MultiHeadAttention(8, heads: 4)
    let x = Tensor.randn([2, 3, 8], generator: Generator(seed: 1))
    let mask = Tensor([true, true, false, true, true, true, false, true, true], shape: [3, 3])
    expectClose(attention(query: x, key: x, value: x, mask: mask), attention(x, mask: mask), "attention")
  }

  @Test func droppingStopsOutsideOfTraining() {
    let x = Tensor.ones([4, 2, 2, 2])
    #expect(Dropout(0.9).eval()(x).isEqual(to: x))
    #expect(DropPath(0.9).eval()(x).isEqual(to: x))
    #expect(DropPath(0)(x).isEqual(to: x))
    #expect(DropPath(1)(x).isEqual(to: Tensor.zeros(like: x)))
    let lstm = LSTM(2, 3, layers: 2, dropout: 1)
    #expect(Double(lstm(x[0]).output[0].abs().sum()) != Double(lstm.eval()(x[0]).output[0].abs().sum()))
  }

  @Test func sequentialNamesItsLayersByPlace() {
    let net = Sequential(Flatten(), Linear(4, 3), ReLU(isInPlace: true), Sequential(Linear(3, 2, bias: false)))
    #expect(net.stateDict().keys == ["1.weight", "1.bias", "3.0.weight"])
    #expect(net.count == 4)
    #expect(net(.ones([2, 2, 2])).shape == [2, 2])
    net[3] = Identity()
    #expect(net(.ones([2, 2, 2])).shape == [2, 3])
    #expect(Double(net(.ones([2, 2, 2])).min()) >= 0)
  }

  @Test func embeddingsPaddingIsNotTrained() throws {
    let table = Embedding(5, 2, paddingIndex: 1)
    #expect(table.weight.value[1].isEqual(to: .zeros([2])))
    table(Tensor([1, 3])).sum().backward()
    let gradient = try #require(table.weight.grad)
    #expect(gradient.sum(dim: 1).array(Float.self) == [0, 0, 0, 2, 0])
  }

  @Test func layersSayWhatTheyTake() {
    let conv = Conv2d(6, 4, kernel: 5, groups: 2)
    #expect([conv.inputs, conv.outputs, conv.kernel] == [6, 4, 5])
    let linear = Linear(7, 3)
    #expect([linear.inputs, linear.outputs] == [7, 3])
  }
}
