import Testing
import Torch

@Suite struct OperatorTests {
  static let cases: [OperatorCase] =
    OperatorCase.arithmetic + OperatorCase.comparison + OperatorCase.reduction + OperatorCase.shaping
    + OperatorCase.indexing + OperatorCase.creation + OperatorCase.random + OperatorCase.linearAlgebra
    + OperatorCase.images + OperatorCase.activations

  @Test(arguments: cases) func computesWhatPyTorchDoes(_ operation: OperatorCase) throws {
    let reference = try OperatorReference()
    let expected = try reference.results(operation.name)
    let found = try operation.run(OperatorInputs(reference))
    #expect(found.count == expected.count)
    for (index, (found, expected)) in zip(found, expected).enumerated() {
      #expect(found.dtype == expected.dtype)
      expectClose(found, expected, "result \(index)")
    }
  }

  @Test func everyCaseOfPythonIsRun() throws {
    #expect(try OperatorReference().cases == Set(OperatorTests.cases.map(\.name)))
  }

  @Test func factorsMultiplyToTheWhole() throws {
    let inputs = try OperatorInputs(OperatorReference())
    let (q, r) = inputs.a.qr()
    expectClose(q.matmul(r), inputs.a, "qr")
    let (u, s, vh) = inputs.a.svd()
    expectClose((u * s).matmul(vh), inputs.a, "svd")
    let (values, vectors) = inputs.s.eigh()
    expectClose((vectors * values).matmul(vectors.mT), inputs.s, "eigh", within: 1e-4)
  }

  @Test func assignmentMakesANewTensorAndUnderscoresChangeTheOld() {
    var a = Tensor([1.0, 2])
    let same = a
    a += 1
    #expect(same.array(Float.self) == [1, 2])
    #expect(a.array(Float.self) == [2, 3])
    same.mul_(3)
    #expect(same.array(Float.self) == [3, 6])
    let view = same[0..<1]
    view.fill_(9)
    #expect(same.array(Float.self) == [9, 6])
    same[dim: 0, 1..<2].zero_()
    #expect(same.array(Float.self) == [9, 0])
  }

  @Test func rangesMayEndWithTheirLastPlace() {
    let x = Tensor.arange(12).reshape(3, 4)
    #expect(x[...1].isEqual(to: x[..<2]))
    #expect(x[0..., ...2].isEqual(to: x[0..., 0..<3]))
    #expect(x[...(-2)].isEqual(to: x[0..<2]))
    #expect(x[...(-1)].isEqual(to: x) && x[(-2)...(-1)].isEqual(to: x[1...]))
    let y = x.clone()
    y[...0] = Tensor.zeros([1, 4], dtype: x.dtype)
    #expect(y[0].array(Int.self) == [0, 0, 0, 0] && y[1...].isEqual(to: x[1...]))
  }

  @Test func aGeneratorGoesOnFromItsState() throws {
    let generator = Generator(seed: 4)
    _ = Tensor.rand([3], generator: generator)
    let state = generator.state
    let first = Tensor.rand([5], generator: generator)
    try generator.restore(state)
    #expect(Tensor.rand([5], generator: generator).isEqual(to: first))
    generator.seed = 4
    #expect(generator.seed == 4)
    #expect(!Tensor.rand([5], generator: generator).isEqual(to: first))
    #expect(throws: TorchError.self) { try generator.restore(Tensor([1, 2, 3] as [UInt8])) }
  }
}
