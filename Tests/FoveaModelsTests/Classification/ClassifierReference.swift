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
  }

  let cases: [String: Case]
  let seeded: [String: [[Double]]]

  /// The fixture; without it there is nothing to test.
  static func load() -> ClassifierReference {
    guard
      let url = Bundle.module.resourceURL?.appending(path: "Fixtures/classifiers.json"),
      let data = try? Data(contentsOf: url),
      let reference = try? JSONDecoder().decode(ClassifierReference.self, from: data)
    else { fatalError("Fixtures/classifiers.json is missing or damaged: run Tests/Reference/models.py") }
    return reference
  }
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
