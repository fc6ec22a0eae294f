import Foundation
import Testing
import Torch

/// What `Tests/Reference/optimizers.py` made with PyTorch.
struct OptimizerReference: Decodable {
  struct Clipped: Decodable {
    let norm: Double
    let gradients: [String: [Float]]
  }
  struct Rates: Decodable {
    let rates: [Double]
    let momenta: [Double]
  }

  let shapes: [String: [Int]]
  let start: [String: [Float]]
  let gradients: [[String: [Float]]]
  /// The parameters after the first, the second and the last step.
  let optimizers: [String: [[String: [Float]]]]
  let clipNorm: [String: Clipped]
  let clipValue: [String: [Float]]
  let schedules: [String: Rates]
  let plateauLosses: [Double]
  let plateauScores: [Double]

  static let shared: OptimizerReference = {
    let url = Bundle.module.url(forResource: "Fixtures/optimizers", withExtension: "json")
    do { return try JSONDecoder().decode(OptimizerReference.self, from: Data(contentsOf: url!)) } catch {
      fatalError("the fixture optimizers.json: \(error)")
    }
  }()

  func tensor(_ name: String, _ values: [String: [Float]]) -> Tensor {
    Tensor(values[name]!, shape: shapes[name]!)
  }
}

/// A module with the parameters of the reference.
final class ReferenceModule: Module {
  let kernel: Parameter
  let bias: Parameter

  init(_ reference: OptimizerReference = .shared) {
    kernel = Parameter(reference.tensor("kernel", reference.start))
    bias = Parameter(reference.tensor("bias", reference.start))
  }

  func setGradients(_ gradients: [String: [Float]], of reference: OptimizerReference = .shared) {
    kernel.grad = reference.tensor("kernel", gradients)
    bias.grad = reference.tensor("bias", gradients)
  }

  var values: [String: [Float]] { ["kernel": kernel.value.array(), "bias": bias.value.array()] }
}

func largestDifference(_ a: [String: [Float]], _ b: [String: [Float]]) -> Float {
  #expect(a.keys.sorted() == b.keys.sorted())
  return a.keys.map { key in
    #expect(a[key]!.count == b[key]!.count)
    return zip(a[key]!, b[key]!).map { abs($0 - $1) }.max() ?? .infinity
  }.max() ?? .infinity
}
