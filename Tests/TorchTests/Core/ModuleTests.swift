import Foundation
import Testing
import Torch

private final class Block: Layer {
  let conv = Conv2d(2, 2, kernel: 1, bias: false)
  let batchNorm = BatchNorm2d(2)
  override func forward(_ x: Tensor) -> Tensor { batchNorm(conv(x)) }
}

private class Net: Layer {
  let blocks = [Block(), Block()]
  var shortcut: Linear?
  let scale = Parameter(.ones([1]))
  let table = Buffer(.zeros([2]), isPersistent: false)
  override class var checkpointKeys: [String: String] { ["scale": "gamma"] }
  override func forward(_ x: Tensor) -> Tensor { blocks.reduce(x) { $1($0) } * scale.value }
}

private final class NetWithHead: Net {
  let head = Linear(2, 3)
  let tied: Linear
  override init() {
    tied = head
    super.init()
  }
}

@Suite struct ModuleTests {
  @Test func namesAreFoundByReflection() {
    let net = NetWithHead()
    #expect(
      net.namedParameters().map(\.name) == [
        "blocks.0.conv.weight", "blocks.0.batch_norm.weight", "blocks.0.batch_norm.bias",
        "blocks.1.conv.weight", "blocks.1.batch_norm.weight", "blocks.1.batch_norm.bias",
        "gamma", "head.weight", "head.bias",
      ])
    net.shortcut = Linear(2, 2, bias: false)
    #expect(net.namedParameters().contains { $0.name == "shortcut.weight" })
    #expect(net.namedModules().map(\.name).prefix(3) == ["", "blocks.0", "blocks.0.conv"])
    #expect(net.namedBuffers().map(\.name).last == "table")
    #expect(net.stateDict()["table"] == nil)
    #expect(net.stateDict()["tied.weight"] != nil)
  }

  @Test func aTableGivesOtherKeys() {
    #expect(Net().stateDict()["gamma"] != nil)
    #expect(Net().stateDict()["scale"] == nil)
  }

  @Test func parametersAreCounted() {
    let net = NetWithHead()
    #expect(net.parameterCount() == 2 * (4 + 4) + 1 + 9)
    net.head.setTrainable(false)
    #expect(net.parameterCount(trainableOnly: true) == 2 * (4 + 4) + 1)
  }

  @Test func trainingReachesAllModules() {
    let net = NetWithHead()
    #expect(net.isTraining && net.blocks[1].batchNorm.isTraining)
    #expect(!net.eval().blocks[1].batchNorm.isTraining)
    #expect(net.train().blocks[0].batchNorm.isTraining)
  }

  @Test func conversionKeepsBoxesAndWhatIsFrozen() {
    let net = NetWithHead()
    net.head.setTrainable(false)
    let box = net.head.weight
    net.to(.float64)
    #expect(net.head.weight === box && box.value.dtype == .float64 && !box.isTrainable)
    #expect(net.blocks[0].conv.weight.isTrainable && net.blocks[0].conv.weight.value.isLeaf)
    #expect(net.blocks[0].batchNorm.runningMean.value.dtype == .float64)
    #expect(net.blocks[0].batchNorm.numBatchesTracked.value.dtype == .int64)
    net.to(.channelsLast)
    #expect(net.blocks[0].conv.weight.value.isContiguous(.channelsLast))
    net.to(Device.cpu)
    #expect(box.value.device == .cpu)
  }

  @Test func gradientsAreForgotten() {
    let net = Net()
    net(.ones([1, 2, 1, 2])).sum().backward()
    #expect(net.scale.grad != nil)
    net.zeroGrad()
    #expect(net.parameters().allSatisfy { $0.grad == nil })
  }

  @Test func loadingAFileNamesItWhereItDoesNotFit() throws {
    let net = Net()
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    var state = net.stateDict()
    try state.write(to: file)
    try Net().loadStateDict(contentsOf: file)
    state["gamma"] = nil
    try state.write(to: file)
    let error = try #require(throws: LoadError.self) { try net.loadStateDict(contentsOf: file) }
    #expect(error.path == file.path && "\(error)".hasPrefix("\(file.path): "))
  }

  @Test func loadingReportsEveryMisfitAndChangesNothing() throws {
    let net = Net()
    var state = net.stateDict().mapKeys { $0 }
    state["gamma"] = .zeros([7])
    state["blocks.1.conv.weight"] = nil
    state["head.weight"] = .zeros([1])
    let before = net.scale.value.clone()
    let error = try #require(throws: LoadError.self) { try net.loadStateDict(state) }
    #expect(error.report.missing == ["blocks.1.conv.weight"])
    #expect(error.report.unexpected == ["head.weight"])
    #expect(error.report.misshapen == [.init(name: "gamma", expected: [1], found: [7])])
    #expect("\(error)".contains("gamma (model [1], file [7])"))
    #expect(net.scale.value.isEqual(to: before))

    state["blocks.0.conv.weight"] = .full([2, 2, 1, 1], 5, dtype: .float64)
    let report = try net.loadStateDict(state, strict: false)
    #expect(report == error.report)
    #expect(net.blocks[0].conv.weight.value.isEqual(to: .full([2, 2, 1, 1], 5)))
    #expect(net.blocks[0].conv.weight.isTrainable)
  }

  @Test func aModuleHiddenInAStructIsAnError() async {
    await #expect(processExitsWith: .failure) {
      struct Pair { let first = Linear(1, 1) }
      final class Forgetful: Module { let pair = Pair() }
      _ = Forgetful().parameters()
    }
  }

  @Test func aLayerWithoutForwardIsAnError() async {
    await #expect(processExitsWith: .failure) {
      final class Empty: Layer {}
      _ = Empty()(.zeros([1]))
    }
  }
}
