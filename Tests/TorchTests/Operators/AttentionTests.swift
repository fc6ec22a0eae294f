import Testing

@testable import Torch

/// Attention that learns in bfloat16 is made of products of all heads at once; float32's is libtorch's.
@Suite struct AttentionTests {
  enum Hidden: CaseIterable { case nothing, future, some, all, added }

  @Test(arguments: Hidden.allCases)
  func bfloat16GradientsAreThoseOfFloat32(_ hidden: Hidden) throws {
    let generator = Generator(seed: 3)
    let (queries, keys) = (9, 7)
    func made(_ length: Int) -> Tensor {
      Tensor.randn([2, 3, length, 16], generator: generator).to(.bfloat16).to(.float32)
    }
    let inputs = [made(queries), made(keys), made(keys)]
    let direction = made(queries)
    var mask: Tensor?
    switch hidden {
    case .nothing, .future: break
    case .some, .all:
      mask = Tensor.rand([2, 1, queries, keys], generator: generator) .> 0.4
      if hidden == .all { _ = mask?[0, 0, 2].fill_(false) }
    case .added: mask = Tensor.randn([queries, keys], generator: generator)
    }

    func attend(_ type: DType) throws -> [Tensor] {
      let leaves = inputs.map { $0.to(type).detach() }
      for leaf in leaves { leaf.requiresGrad = true }
      let mask = mask.map { $0.dtype == .bool ? $0 : $0.to(type) }
      let mixed = Tensor.scaledDotProductAttention(
        leaves[0], leaves[1], leaves[2], mask: mask, isCausal: hidden == .future)
      #expect(mixed.dtype == type)
      (mixed * direction.to(type)).sum().backward()
      return try [mixed] + leaves.map { try #require($0.grad) }
    }
    for (low, high) in try zip(attend(.bfloat16), attend(.float32)) {
      let error = (low.to(.float32) - high).norm() / high.norm()
      #expect(error.item(Float.self) < 0.02, "\(hidden)")
    }
  }

  @Test func droppedWeightsLeaveTheMean() {
    let ones = Tensor.ones([1, 1, 64, 16], dtype: .bfloat16)
    ones.requiresGrad = true
    seedAll(4)
    let mixed = Tensor.scaledDotProductAttention(ones, ones, ones, dropout: 0.5)
    #expect(abs(mixed.mean().to(.float32).item(Float.self) - 1) < 0.1)
    #expect(mixed.std().to(.float32).item(Float.self) > 0.05)
  }
}
