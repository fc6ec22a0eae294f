import Foundation
import FoveaModels
import Testing
import Torch

/// What Tests/Reference/models.py wrote.
struct ClassifierReference: Decodable {
  struct Case: Decodable {
    let parameters: Int
    let keys: String
    let logits: [Double]?
    let gradients: [[Double]]?
    /// The side of the image, where it is not the usual one.
    let size: Int?
  }

  let cases: [String: Case]
  let seeded: [String: [[Double]]]

  /// The fixture; without it there is nothing to test.
  static func load() -> ClassifierReference { fixture("classifiers.json", madeBy: "models.py") }
}

/// A fixture in JSON; without it there is nothing to test.
func fixture<Content: Decodable>(_ name: String, madeBy script: String) -> Content {
  guard
    let url = Bundle.module.resourceURL?.appending(path: "Fixtures/\(name)"),
    let data = try? Data(contentsOf: url),
    let content = try? JSONDecoder().decode(Content.self, from: data)
  else { fatalError("Fixtures/\(name) is missing or damaged: run Tests/Reference/\(script)") }
  return content
}

/// Made-up weights and images, the same as in Python.
struct MadeUpNumbers {
  private let numbers = Tensor.rand([10007], generator: Generator(seed: 0)) * 2 - 1

  func callAsFunction(_ place: Int, _ shape: [Int]) -> Tensor {
    let count = shape.reduce(1, *)
    let start = place % numbers.count
    return numbers.tile((start + count) / numbers.count + 1)[start..<(start + count)].reshape(shape)
  }

  func fill(_ model: Module) {
    for (index, (key, tensor)) in model.stateDict().enumerated() where !key.hasSuffix("num_batches_tracked") {
      let values = self(index * 7919, tensor.shape.sizes)
      if tensor.rank > 1 {
        tensor.copy_(values.mul_((6 / Double(tensor.shape.dropFirst().reduce(1, *))).squareRoot()))
      } else if key.hasSuffix("weight") || key.hasSuffix("running_var") {
        tensor.copy_(0.7 + 0.2 * values)
      } else {
        tensor.copy_(0.1 * values)
      }
    }
  }
}

extension Module {
  /// FNV-1a of all names and shapes, in order.
  var keyHash: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for (key, tensor) in stateDict() {
      for byte in "\(key) \(tensor.shape)\n".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension ClassifierReference.Case {
  /// Compares a network's logits of an image, and the gradients of all that it learns, with PyTorch's.
  func expectSame(_ network: any ImageClassifier, image: Tensor, numbers: MadeUpNumbers) throws {
    let expectedLogits = try #require(logits)
    let expectedGradients = try #require(gradients)
    let largest = expectedLogits.map(abs).max() ?? 0
    func expectLogits(_ logits: Tensor, within tolerance: Double) {
      #expect(logits.shape == [1, 10])
      for (found, expected) in zip(logits.array(Double.self), expectedLogits) {
        #expect(abs(found - expected) <= tolerance * largest, "\(logits.dtype)")
      }
    }
    expectLogits(withNoGrad { network(image) }, within: 1e-4)

    // Gradients in double precision, since with single precision a ReLU here or there is on the other side of its kink.
    network.to(.float64)
    let logits = network(image.to(.float64))
    expectLogits(logits, within: 1e-5)
    (logits * numbers(3, [10])).sum().backward()
    let parameters = network.namedParameters()
    #expect(parameters.count == expectedGradients.count)
    for ((name, parameter), expected) in zip(parameters, expectedGradients) where parameter.value.requiresGrad {
      let gradient = try #require(parameter.grad, "no gradient reaches \(name)")
      let value = parameter.value.detach()
      #expect(abs(Double(gradient.norm()) - expected[1]) <= 1e-5 * expected[1], "the gradient's length of \(name)")
      let scale = expected[1] * Double(value.norm())
      #expect(abs(Double(gradient.flatten().matmul(value.flatten())) - expected[0]) <= 1e-5 * scale, "\(name)")
    }
  }
}
