import Foundation
import Testing
import Torch

@testable import FoveaTraining

@Suite struct ModelSummaryTests {
  final class Block: Layer {
    let conv = Conv2d(3, 8, kernel: 3, padding: 1)
    let norm = BatchNorm2d(8)
    override func forward(_ x: Tensor) -> Tensor { norm(conv(x)).relu() }
  }

  final class Net: Layer {
    let block = Block()
    let head = Linear(8, 5)
    override func forward(_ x: Tensor) -> Tensor { head(block(x).mean(dims: [2, 3])) }
  }

  @Test func shapesAndCountsAreThere() {
    let net = Net()
    net.block.conv.setTrainable(false)
    let summary = ModelSummary(of: net, input: [2, 3, 16, 16])
    #expect(summary.rows.map(\.name) == ["", "block", "block.conv", "block.norm", "head"])
    #expect(summary.rows.map(\.depth) == [0, 1, 2, 2, 1])
    #expect(summary.rows.map(\.kind) == ["Net", "Block", "Conv2d", "BatchNorm2d", "Linear"])
    #expect(summary.rows.map(\.outputShape) == [[2, 5], [2, 8, 16, 16], [2, 8, 16, 16], [2, 8, 16, 16], [2, 5]])
    #expect(summary.rows.map(\.parameterCount) == [285, 240, 224, 16, 45])
    #expect(summary.parameterCount == 285)
    #expect(summary.trainableCount == 61)
    #expect(summary.byteCount == 4 * (285 + 16) + 8)  // running mean and variance, and a count of batches
    #expect(
      summary.description == """
        module     kind         output          parameters
        (network)  Net          [2, 5]                 285
          block    Block        [2, 8, 16, 16]         240
            conv   Conv2d       [2, 8, 16, 16]         224
            norm   BatchNorm2d  [2, 8, 16, 16]          16
          head     Linear       [2, 5]                  45
        285 parameters, 224 of them frozen, 1.2 kB; input [2, 3, 16, 16]
        """)
  }

  @Test func theNetworkIsLeftAsItWas() {
    let net = Net()
    net.block.eval()
    let before = net.block.norm.namedBuffers().map { $0.buffer.value.array(Float.self) }
    net.head.forwardHook = { _, _ in }
    _ = ModelSummary(of: net, input: [1, 3, 4, 4])
    #expect(net.isTraining && net.head.isTraining && !net.block.isTraining && !net.block.norm.isTraining)
    #expect(net.block.norm.namedBuffers().map { $0.buffer.value.array(Float.self) } == before)
    #expect(net.forwardHook == nil && net.head.forwardHook != nil)
  }

  @Test func withoutAnInputOnlyParametersAreListed() {
    let summary = ModelSummary(of: Net(), depth: 1)
    #expect(summary.rows.map(\.name) == ["", "block", "head"])
    #expect(summary.rows.allSatisfy { $0.outputShape == nil })
    #expect(summary.description.hasSuffix("285 parameters, 1.2 kB"))
  }
}

@Suite struct MachineDescriptionTests {
  @Test func itDescribesThisMachine() throws {
    let machine = MachineDescription.current
    #expect(!machine.processor.isEmpty && machine.coreCount > 0 && machine.memory > 1 << 20)
    #expect(machine.torchVersion.first?.isNumber == true)
    #expect(machine.facts.count == 6)
    #expect(machine.description.contains(machine.processor))
    let copy = try JSONDecoder().decode(MachineDescription.self, from: JSONEncoder().encode(machine))
    #expect(copy == machine)
  }
}
