import Foundation
import Testing
import Torch

/// What Tests/Reference/operators.py wrote.
struct OperatorReference {
  let tensors: StateDict

  init() throws {
    let folder = try #require(Bundle.module.resourceURL)
    tensors = try StateDict(contentsOf: folder.appending(path: "Fixtures/operators.safetensors"))
  }

  func input(_ name: String) throws -> Tensor { try #require(tensors["in/\(name)"], "no input \(name)").clone() }

  /// The results of a case, in order.
  func results(_ name: String) throws -> [Tensor] {
    if let only = tensors["out/\(name)"] { return [only] }
    var results: [Tensor] = []
    while let next = tensors["out/\(name).\(results.count)"] { results.append(next) }
    try #require(!results.isEmpty, "no case \(name)")
    return results
  }

  /// The names of all cases.
  var cases: Set<String> {
    Set(
      tensors.keys.filter { $0.hasPrefix("out/") }.map { name in
        String(name.dropFirst(4).prefix { $0 != "." })
      })
  }
}

/// The inputs that cases share, under the names that they have in Python.
struct OperatorInputs {
  /// Normal numbers `[3, 4]`.
  let a, b: Tensor
  /// Positive numbers `[3, 4]`.
  let p: Tensor
  /// Whole numbers `[3, 4]`.
  let i: Tensor
  /// Truth values `[3, 4]`.
  let m: Tensor
  /// A positive definite matrix `[4, 4]`.
  let s: Tensor
  /// Images `[2, 3, 6, 5]`, and one `[1, 3, 6, 5]` of 0...1.
  let x, u: Tensor
  /// A convolution's weight `[4, 3, 3, 3]`.
  let w: Tensor
  /// Indices `[3]`.
  let k: Tensor
  /// Numbers of which some are equal `[5]`.
  let ties: Tensor
  /// Infinite ones and such `[6]`.
  let odd: Tensor
  /// An affine matrix `[1, 2, 3]`.
  let theta: Tensor

  init(_ reference: OperatorReference) throws {
    a = try reference.input("a")
    b = try reference.input("b")
    p = try reference.input("p")
    i = try reference.input("i")
    m = try reference.input("m")
    s = try reference.input("s")
    x = try reference.input("x")
    u = try reference.input("u")
    w = try reference.input("w")
    k = try reference.input("k")
    ties = try reference.input("ties")
    odd = try reference.input("odd")
    theta = try reference.input("theta")
  }
}

/// One call of an operator.
struct OperatorCase: Sendable, CustomTestStringConvertible {
  let name: String
  let run: @Sendable (OperatorInputs) -> [Tensor]

  var testDescription: String { name }

  init(_ name: String, _ run: @escaping @Sendable (OperatorInputs) -> Tensor) {
    self.name = name
    self.run = { [run($0)] }
  }

  init(all name: String, _ run: @escaping @Sendable (OperatorInputs) -> [Tensor]) {
    self.name = name
    self.run = run
  }
}

extension Tensor {
  /// A changed copy.
  func changed(_ change: (Tensor) -> Void) -> Tensor {
    let copy = clone()
    change(copy)
    return copy
  }
}
