import Foundation
import Testing
import Torch

/// Against `Tests/Reference/muon.py`, which is torch.optim.Muon in float64.
@Suite struct MuonTests {
  final class Weights: Module {
    let weight: Parameter
    init(_ weight: Tensor) { self.weight = Parameter(weight) }
  }

  func filled(_ shape: [Int], _ value: (Double) -> Double) -> Tensor {
    Tensor((0..<shape.reduce(1, *)).map { Float(value(Double($0))) }, shape: shape)
  }

  @Test(arguments: [
    ([40, 64], [-0.003939, 0.030541, 0.061794, 0.085397, 0.096117, 0.093589] as [Float], 12.64995),
    ([96, 36], [-0.006292, 0.028761, 0.060328, 0.082828, 0.093417, 0.091187], 17.10446),
    // A kernel is the matrix of its outputs.
    ([96, 9, 2, 2], [-0.006292, 0.028761, 0.060328, 0.082828, 0.093417, 0.091187], 17.10446),
  ])
  func stepsEqualPyTorchs(shape: [Int], first: [Float], squares: Double) {
    let module = Weights(filled(shape) { 0.1 * sin(0.37 * $0) })
    let optimizer = Muon(module, learningRate: 0.02, momentum: 0.9, weightDecay: 0.1)
    for step in 0..<3 {
      module.weight.grad = filled(shape) { cos(0.013 * $0 * $0 + Double(step)) }
      optimizer.step()
    }
    let values: [Float] = module.weight.value.flatten(from: 0).array()
    #expect(zip(values, first).allSatisfy { abs($0 - $1) < 2e-5 }, "\(values.prefix(6))")
    #expect(abs(Double(values.reduce(0) { $0 + $1 * $1 }) - squares) < 2e-3)
  }

  /// Weights stay float32, and the step is off by no more than the rounding of its products.
  @Test(arguments: [[64, 300], [300, 64], [48, 16, 3, 3]]) func bfloat16IsNear(shape: [Int]) {
    let gradient = Tensor.randn(shape, generator: Generator(seed: 3))
    let steps = [DType.float32, .bfloat16].map { dtype -> Tensor in
      let module = Weights(Tensor.zeros(shape))
      let optimizer = Muon(module, learningRate: 1, momentum: 0.9, weightDecay: 0, iterations: 3, dtype: dtype)
      module.weight.grad = gradient
      optimizer.step()
      #expect(module.weight.value.dtype == .float32)
      return module.weight.value.detach()
    }
    let error = ((steps[0] - steps[1]).norm() / steps[0].norm()).item(Double.self)
    #expect(error < 0.03 && error > 0, "\(error)")
  }

  /// A step begins at the matrix with rows of length one, whatever its length was; decay does nothing.
  @Test(arguments: [[40, 64], [48, 16, 3, 3]]) func normalizedMatricesForgetTheirLength(shape: [Int]) {
    let start = Tensor.randn(shape, generator: Generator(seed: 4))
    let length = Double(shape[0]).squareRoot() / start.norm().item(Double.self)
    let results = [(start, true), (start * length, false)].map { weight, normalizes -> Tensor in
      let module = Weights(weight.clone())
      let optimizer = Muon(
        module, learningRate: 0.1, momentum: 0.6, weightDecay: normalizes ? 0.5 : 0, normalizesMatrices: normalizes)
      module.weight.grad = Tensor.randn(shape, generator: Generator(seed: 5))
      optimizer.step()
      return module.weight.value.detach()
    }
    #expect(results[0].isClose(to: results[1]))
    #expect(!results[0].isClose(to: start * length))
  }

  @Test(arguments: [0, 0.03]) func whatIsNoMatrixTakesAStepOfNesterov(decay: Double) {
    let reference = OptimizerReference.shared
    let (ours, plain) = (ReferenceModule(), ReferenceModule())
    let muon = Muon(
      ours, learningRate: 0.025, momentum: 0.9, weightDecay: 0.1, othersFactor: 4, othersWeightDecay: decay)
    let sgd = SGD(plain, learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: decay)
    for gradients in reference.gradients {
      for (module, optimizer) in [(ours, muon as Optimizer), (plain, sgd)] {
        module.setGradients(gradients)
        optimizer.step()
      }
    }
    #expect(largestDifference(ours.values, plain.values) < 1e-5)
  }
}
