import Testing
import Torch

@Suite struct GradientCheckpointingTests {
  /// Two linear layers with something between them that is not linear.
  private final class Block: Layer {
    let first = Linear(6, 9)
    let second = Linear(9, 6)
    let dropout: Dropout

    init(dropout: Double = 0) { self.dropout = Dropout(dropout) }

    override func forward(_ x: Tensor) -> Tensor { x + second(dropout(first(x).gelu())) }
  }

  private final class Witness {}

  private func gradients(_ blocks: [Block], _ x: Tensor, checkpointed: Bool) -> [Tensor?] {
    for block in blocks { block.zeroGrad() }
    x.grad = nil
    let output = blocks.reduce(x) { x, block in checkpointed ? x.checkpointed { block($0) } : block(x) }
    (output * Tensor.arange(output.count).reshape(output.shape.sizes)).sum().backward()
    return [x.grad, output.detach()] + blocks.flatMap { $0.parameters().map(\.grad) }
  }

  @Test(arguments: [true, false]) func itChangesNeitherOutputNorGradients(_ inputWantsGradient: Bool) throws {
    let blocks = [Block(), Block(), Block()]
    let x = Tensor.randn([4, 6])
    x.requiresGrad = inputWantsGradient
    let plain = gradients(blocks, x, checkpointed: false)
    let checkpointed = gradients(blocks, x, checkpointed: true)
    #expect((checkpointed[0] != nil) == inputWantsGradient)
    for (a, b) in zip(plain, checkpointed) where inputWantsGradient || a != nil {
      let (found, expected) = (try #require(b), try #require(a))
      #expect(found.isClose(to: expected, absolute: 1e-6))
    }
  }

  @Test func dropoutDropsTheSameTwice() async {
    // In a process of its own, because other tests draw from the default generator at the same time.
    await #expect(processExitsWith: .success) {
      let block = Block(dropout: 0.5)
      let x = Tensor.randn([50, 6])
      seedAll(3)
      let plain = GradientCheckpointingTests().gradients([block], x, checkpointed: false)
      let after = Tensor.rand([1])
      seedAll(3)
      let checkpointed = GradientCheckpointingTests().gradients([block], x, checkpointed: true)
      #expect(Tensor.rand([1]).isEqual(to: after), "the backward pass must leave the generator as it was")
      for (a, b) in zip(plain.dropFirst(), checkpointed.dropFirst()) {
        let (found, expected) = (try #require(b), try #require(a))
        #expect(found.isClose(to: expected, absolute: 1e-6))
      }
    }
  }

  @Test func autocastIsTheSameTwice() throws {
    let block = Block()
    let x = Tensor.randn([4, 6])
    var types: [DType] = []
    let loss = withAutocast(.bfloat16) {
      x.checkpointed { x in
        let y = block(x)
        types.append(block.first(x).dtype)
        return y
      }.sum()
    }
    loss.backward()
    #expect(types == [.bfloat16, .bfloat16])
    #expect(block.first.weight.grad != nil)
  }

  @Test func withoutGradientsItIsACall() {
    var calls = 0
    let x = Tensor([1.0, 2])
    let y = withNoGrad {
      x.checkpointed { x in
        calls += 1
        return x * 2
      }
    }
    #expect(calls == 1 && !y.requiresGrad && !x.requiresGrad)
  }

  @Test func whatItHoldsIsFreedWithTheGraph() {
    weak var seen: Witness?
    do {
      let witness = Witness()
      seen = witness
      let x = Tensor([1.0])
      x.requiresGrad = true
      let y = x.checkpointed { [witness] x in
        withExtendedLifetime(witness) { x * 3 }
      }
      y.backward()
      #expect(x.grad?.array(Float.self) == [3])
    }
    #expect(seen == nil)
  }

  @Test func aFailureInTheSecondRunIsThrown() {
    let x = Tensor([1.0, 2])
    x.requiresGrad = true
    var runs = 0
    #expect(throws: TorchError.self) {
      try withTorchErrors {
        x.checkpointed { x in
          runs += 1
          return runs == 1 ? x * 2 : x.matmul(.zeros([3, 3]))
        }.sum().backward()
      }
    }
  }
}
