import Testing
import Torch

@Suite struct InitializerTests {
  static let cases: [(name: String, initializer: Initializer)] = [
    ("uniform", .uniform(-2, 3)),
    ("normal", .normal(mean: 1, std: 2)),
    ("truncated", .truncatedNormal(mean: 0.1, std: 0.5, min: -0.6, max: 1)),
    ("xavier_uniform", .xavierUniform(gain: Initializer.Nonlinearity.tanh.gain)),
    ("xavier_normal", .xavierNormal()),
    ("kaiming_uniform", .kaimingUniform(for: .relu)),
    ("kaiming_normal", .kaimingNormal(fan: .out, for: .relu)),
    ("kaiming_leaky", .kaimingNormal(for: .leakyRelu(slope: 0.2))),
    ("orthogonal", .orthogonal(gain: 2)),
    ("orthogonal_tall", .orthogonal()),
  ]

  @Test(arguments: cases.indices) func drawsAreThoseOfPyTorch(_ index: Int) throws {
    let (name, initializer) = InitializerTests.cases[index]
    let expected = try LayerReference().tensor("initializer/\(name)")
    let parameter = Parameter(expected.shape.sizes, initializer, generator: Generator(seed: 5))
    // Not to the bit, since the logarithms of normal draws differ in the last one from processor to processor.
    expectClose(parameter.value, expected, name, within: 1e-6)
    #expect(parameter.isTrainable && parameter.value.isLeaf)
    parameter.initialize(initializer, generator: Generator(seed: 5))
    expectClose(parameter.value, expected, "\(name) once more", within: 1e-6)
    #expect(parameter.isTrainable && parameter.grad == nil)
  }

  @Test func orthogonalRowsAreOrthogonal() {
    let matrix = Parameter([3, 4, 2], .orthogonal(), generator: Generator(seed: 1)).value.detach().flatten(from: 1)
    expectClose(matrix.matmul(matrix.mT), .eye(3), "Q Qᵀ")
  }

  @Test func withoutInitializationNothingIsDrawn() async {
    await #expect(processExitsWith: .success) {
      let before = Generator.default().state
      let layers = withoutInitialization { (Linear(8, 4), BatchNorm2d(3), MultiHeadAttention(8, heads: 2)) }
      #expect(Generator.default().state.isEqual(to: before))
      #expect(layers.0.weight.value.shape == [4, 8])
      #expect(layers.1.weight.value.isEqual(to: .ones([3])))
      #expect(layers.2.outProj.bias?.value.isEqual(to: .zeros([8])) == true)
      _ = Linear(8, 4)
      #expect(!Generator.default().state.isEqual(to: before))
    }
  }

  @Test func fansNeedAMatrix() async {
    await #expect(processExitsWith: .failure) { _ = Parameter([3], .kaimingNormal()) }
    await #expect(processExitsWith: .failure) { _ = Parameter([3], .orthogonal()) }
  }
}
