import Testing
import Torch

@Suite struct OptimizerTests {
  let reference = OptimizerReference.shared

  static let makers: [(String, @Sendable (ReferenceModule) -> Optimizer)] = [
    ("sgd", { SGD($0, learningRate: 0.1) }),
    ("sgd-momentum", { SGD($0, learningRate: 0.1, momentum: 0.9, weightDecay: 0.05) }),
    ("sgd-nesterov", { SGD($0, learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.05) }),
    (
      "sgd-groups",
      { module in
        var groups = module.groupsWithoutNormDecay
        groups[0].learningRateFactor = 0.1
        return SGD(groups, learningRate: 0.1, momentum: 0.9, weightDecay: 0.05)
      }
    ),
    ("adam", { Adam($0, learningRate: 0.01, beta1: 0.8, beta2: 0.95, epsilon: 1e-6) }),
    ("adam-decay", { Adam($0, learningRate: 0.01, weightDecay: 0.1) }),
    ("adamw", { AdamW($0, learningRate: 0.01, weightDecay: 0.1) }),
    ("rmsprop", { RMSprop($0, learningRate: 0.01) }),
    ("rmsprop-momentum", { RMSprop($0, learningRate: 0.01, alpha: 0.9, momentum: 0.9, weightDecay: 0.1) }),
    ("rmsprop-centered", { RMSprop($0, learningRate: 0.01, epsilon: 1e-3, isCentered: true) }),
  ]

  /// Steps through the reference's gradients; the parameters after each step.
  func run(_ module: ReferenceModule, _ optimizer: Optimizer, steps: Range<Int> = 0..<8) -> [[String: [Float]]] {
    steps.map { step in
      module.setGradients(reference.gradients[step])
      optimizer.step()
      optimizer.zeroGrad()
      return module.values
    }
  }

  @Test(arguments: makers.map(\.0))
  func stepsEqualPyTorchs(name: String) {
    let module = ReferenceModule()
    let after = run(module, Self.makers.first { $0.0 == name }!.1(module))
    let expected = reference.optimizers[name]!
    #expect(largestDifference(after[0], expected[0]) < 1e-6)
    #expect(largestDifference(after[1], expected[1]) < 1e-6)
    #expect(largestDifference(after[7], expected[2]) < 3e-6)
  }

  @Test(arguments: makers.map(\.0))
  func aSavedStateGoesOnToTheSameBits(name: String) throws {
    let make = Self.makers.first { $0.0 == name }!.1
    let whole = ReferenceModule()
    let uninterrupted = run(whole, make(whole)).last!

    let first = ReferenceModule()
    let firstOptimizer = make(first)
    _ = run(first, firstOptimizer, steps: 0..<3)
    let second = ReferenceModule()
    try second.loadStateDict(first.stateDict())
    let secondOptimizer = make(second)
    secondOptimizer.learningRate = 77
    try secondOptimizer.loadStateDict(firstOptimizer.stateDict())
    // What the first does from here on must not reach the second.
    _ = run(first, firstOptimizer, steps: 3..<8)
    #expect(run(second, secondOptimizer, steps: 3..<8).last! == uninterrupted)
  }

  @Test func aParameterWithoutGradientIsLeftAlone() {
    let module = ReferenceModule()
    let optimizer = AdamW(module, learningRate: 0.1, weightDecay: 0.5)
    module.kernel.grad = reference.tensor("kernel", reference.gradients[0])
    optimizer.step()
    #expect(module.values["bias"] == reference.start["bias"])
    #expect(module.values["kernel"] != reference.start["kernel"])
    #expect(!optimizer.stateDict().keys.contains("exp_avg/bias"))
  }

  @Test func zeroGradFreesTheGradients() {
    let module = ReferenceModule()
    module.setGradients(reference.gradients[0])
    SGD(module, learningRate: 0.1).zeroGrad()
    #expect(module.kernel.grad == nil && module.bias.grad == nil)
  }

  /// The fused operators walk over memory, whatever the strides; a change of layout in mid-training must not mix elements.
  @Test(arguments: ["sgd-nesterov", "adamw", "rmsprop-momentum"])
  func theOrderInMemoryDoesNotMatter(name: String) {
    let make = Self.makers.first { $0.0 == name }!.1
    let module = ReferenceModule()
    let optimizer = make(module)
    _ = run(module, optimizer, steps: 0..<4)
    module.to(.channelsLast)
    #expect(!module.kernel.value.isContiguous())
    let last = run(module, optimizer, steps: 4..<8).last!
    #expect(largestDifference(last, reference.optimizers[name]![2]) < 3e-6)
  }

  @Test func aStateOfAnotherModelIsRefused() {
    let module = ReferenceModule()
    let optimizer = SGD(module, learningRate: 0.1, momentum: 0.9)
    var state = optimizer.stateDict()
    state["momentum_buffer/head.weight"] = Tensor.zeros([3])
    #expect(throws: OptimizerStateError.self) { try optimizer.loadStateDict(state) }
    state = ["learning_rate": Tensor(0.5), "momentum": Tensor(0.5), "momentum_buffer/bias": Tensor.zeros([4])]
    #expect(throws: OptimizerStateError.self) { try optimizer.loadStateDict(state) }
    #expect(throws: OptimizerStateError.self) { try optimizer.loadStateDict(["learning_rate": Tensor(0.5)]) }
    #expect(optimizer.learningRate == 0.1)
  }
}

@Suite struct GradientClippingTests {
  let reference = OptimizerReference.shared

  @Test(arguments: [0.5, 100]) func normClippingEqualsPyTorchs(maxNorm: Double) {
    let module = ReferenceModule()
    module.setGradients(reference.gradients[0])
    let norm = clipGradNorm(of: module.parameters(), maxNorm: maxNorm)
    let expected = reference.clipNorm[maxNorm == 100 ? "100" : "0.5"]!
    #expect(abs(norm.item(Double.self) - expected.norm) < 1e-5)
    let clipped: [String: [Float]] = ["kernel": module.kernel.grad!.array(), "bias": module.bias.grad!.array()]
    #expect(largestDifference(clipped, expected.gradients) < 1e-6)
  }

  @Test func valueClippingEqualsPyTorchs() {
    let module = ReferenceModule()
    module.setGradients(reference.gradients[0])
    clipGradValue(of: module.parameters(), limit: 0.3)
    let clipped: [String: [Float]] = ["kernel": module.kernel.grad!.array(), "bias": module.bias.grad!.array()]
    #expect(largestDifference(clipped, reference.clipValue) == 0)
  }

  @Test func aNormThatIsNotFiniteIsReported() {
    let module = ReferenceModule()
    module.setGradients(reference.gradients[0])
    module.bias.grad = Tensor([Float.nan, 0, 0, 0, 0])
    #expect(!clipGradNorm(of: module.parameters(), maxNorm: 1).item(Double.self).isFinite)
  }

  @Test func noGradientsHaveNoNorm() {
    #expect(clipGradNorm(of: ReferenceModule().parameters(), maxNorm: 1).item(Double.self) == 0)
  }
}

@Suite struct ExponentialMovingAverageTests {
  final class Scalars: Module {
    let weight = Parameter(Tensor([Float(0)]))
    let mean = Buffer(Tensor([Float(0)]))
    let count = Buffer(Tensor([0] as [Int]))
  }

  @Test func followsTheWeightsWithAWarmUp() {
    let module = Scalars()
    let average = ExponentialMovingAverage(of: module, decay: 0.5)
    module.weight.value = Tensor([Float(1)])
    module.mean.value = Tensor([Float(10)])
    module.count.value = Tensor([7] as [Int])
    average.update()  // decay 2/11
    #expect(abs(average.weights["weight"]!.item(Float.self) - 9 / 11) < 1e-6)
    #expect(abs(average.weights["mean"]!.item(Float.self) - 90 / 11) < 1e-5)
    #expect(average.weights["count"]!.item(Int.self) == 7)
    for _ in 0..<20 { average.update() }  // the decay has reached 0.5 by now
    module.weight.value = Tensor([Float(2)])
    average.update()
    #expect(abs(average.weights["weight"]!.item(Float.self) - 1.5) < 1e-4)
  }

  @Test func lendsItsWeights() {
    let module = Scalars()
    let average = ExponentialMovingAverage(of: module, decay: 0.5)
    module.weight.value = Tensor([Float(4)])
    let inside = average.withAveragedWeights { module.weight.value.item(Float.self) }
    #expect(inside == 0)
    #expect(module.weight.value.item(Float.self) == 4)
  }

  @Test func isSavedAndLoaded() throws {
    let module = Scalars()
    let average = ExponentialMovingAverage(of: module, decay: 0.9)
    module.weight.value = Tensor([Float(1)])
    average.update()
    let other = ExponentialMovingAverage(of: Scalars(), decay: 0.9)
    try other.loadStateDict(average.stateDict())
    #expect(other.updateCount == 1)
    #expect(other.weights["weight"]!.array(Float.self) == average.weights["weight"]!.array(Float.self))
    #expect(throws: LoadError.self) { try other.loadStateDict(["weight": Tensor([Float(1)])]) }
  }
}
