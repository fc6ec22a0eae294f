import Testing
import Torch

@Suite struct LowRankAdapterTests {
  private func network() -> Sequential { Sequential(Linear(5, 7), GELU(), Linear(7, 3)) }

  @Test func itAddsALowRankProduct() throws {
    let linear = Linear(5, 7)
    let x = Tensor.randn([4, 5])
    let before = linear(x).detach()
    #expect(linear.addLowRankAdapters(rank: 2, alpha: 6) == [""])
    #expect(linear(x).isClose(to: before, absolute: 1e-6), "nothing changes before the first step")
    let adapter = try #require(linear.adapter)
    withNoGrad { _ = adapter.loraB.value.normal_() }
    let change = x.matmul(adapter.loraA.value.mT).matmul(adapter.loraB.value.mT) * 3
    #expect(linear(x).isClose(to: before + change, relative: 1e-4, absolute: 1e-5))
    #expect(adapter.weight.shape == [7, 5])
  }

  @Test func onlyAdaptersAreLearned() {
    let model = network()
    #expect(model.addLowRankAdapters(rank: 2, alpha: 4, targets: ["2"]) == ["2"])
    let learned = model.namedParameters().filter(\.parameter.isTrainable).map(\.name)
    #expect(learned == ["2.adapter.lora_a", "2.adapter.lora_b"])
    model(.randn([3, 5])).square().sum().backward()
    #expect(model.namedParameters().filter { $0.parameter.grad != nil }.map(\.name) == learned)
  }

  @Test func mergingKeepsWhatIsComputedAndGivesTheOldNamesBack() throws {
    let model = network()
    let names = model.stateDict().keys
    let x = Tensor.randn([3, 5])
    model.addLowRankAdapters(rank: 2, alpha: 4)
    let optimizer = SGD(
      [ParameterGroup(model.namedParameters().filter(\.parameter.isTrainable))], learningRate: 0.01)
    for _ in 0..<3 {
      optimizer.zeroGrad()
      (model(x) - 1).square().sum().backward()
      optimizer.step()
    }
    let adapted = model(x).detach()
    let merged = model.weightsWithAdapters()
    #expect(merged.keys == names)
    #expect(model.stateDict().count == names.count + 4)
    model.mergeLowRankAdapters()
    #expect(model.stateDict().keys == names)
    #expect(model(x).isClose(to: adapted, relative: 1e-4, absolute: 1e-5))
    for (name, tensor) in model.stateDict() {
      #expect(try #require(merged[name]).isClose(to: tensor, absolute: 1e-6), "\(name)")
    }
  }
}
