import Testing
import Torch

@Suite struct OptimizedModuleTests {
  private static func noise(_ shape: Int..., seed: UInt64 = 1) -> Tensor {
    Tensor.randn(shape, generator: Generator(seed: seed))
  }

  /// A normalisation that has seen something, so that folding it in shows.
  private static func trained(_ norm: BatchNorm2d) -> BatchNorm2d {
    let channels = norm.weight.value.count
    withNoGrad {
      norm.weight.value.copy_(0.5 + noise(channels, seed: 2).abs())
      norm.bias.value.copy_(noise(channels, seed: 3))
    }
    norm.runningMean.value.copy_(noise(channels, seed: 4))
    norm.runningVar.value.copy_(0.5 + noise(channels, seed: 5).abs())
    return norm
  }

  /// Convolution, normalisation, sum and activation in one block, and a linear layer with a sum behind it.
  final class Block: Layer {
    let conv = Conv2d(4, 6, kernel: 3, stride: 2, padding: 1, groups: 2)
    let norm = OptimizedModuleTests.trained(BatchNorm2d(6))
    let shortcut = Conv2d(4, 6, kernel: 1, stride: 2, bias: false)
    let linear = Linear(6, 6)
    let function: ActivationFunction

    init(_ function: ActivationFunction) { self.function = function }

    override func forward(_ x: Tensor) -> Tensor {
      let y = conv(x, norm: norm, adding: shortcut(x, activation: function), activation: function)
      let rows = y.flatten(from: 2).transpose(1, 2)
      return linear(linear(rows, activation: function), adding: rows, activation: function)
    }
  }

  @Test(arguments: [
    ActivationFunction.identity, .relu, .relu6, .leakyReLU(slope: 0.2), .gelu(), .gelu(tanh: true), .silu, .hardswish,
    .sigmoid, .tanh,
  ])
  func aBlockComputesTheSameWithEachActivation(_ function: ActivationFunction) {
    let block = Block(function).eval()
    let x = Self.noise(2, 4, 9, 8)
    let y = block.conv(x)
    let activated = function.reference(block.norm(y) + function.reference(block.shortcut(x)))
    let rows = activated.flatten(from: 2).transpose(1, 2)
    let expected = function.reference(block.linear(function.reference(block.linear(rows))) + rows)
    expectClose(block(x), expected, "the plain block")
    let optimized = block.optimized()
    expectClose(optimized(x), expected, "the optimized block")
    #expect(optimized.packedLayerCount == 3)
  }

  @Test func aSequenceIsFusedByItsOrder() {
    let norm = Self.trained(BatchNorm2d(8))
    let frozen = FrozenBatchNorm2d(8)
    frozen.runningVar.value.copy_(0.5 + Self.noise(8).abs())
    let net = Sequential(
      Conv2d(3, 8, kernel: 3, samePadding: true), norm, ReLU(isInPlace: true), MaxPool2d(2),
      Conv2d(8, 8, kernel: 3, padding: 2, dilation: 2, groups: 8, bias: false), frozen, Hardswish(),
      Conv2d(8, 4, kernel: 3, stride: 2, samePadding: true), Flatten(), Dropout(0.9), Linear(64, 5), GELU(),
      Linear(5, 2))
    let x = Self.noise(2, 3, 16, 16)
    let expected = net.eval()(x)
    var ran: [String] = []
    for (name, module) in net.namedModules() {
      (module as? Layer)?.forwardHook = { _, _ in ran.append(name) }
    }
    let optimized = net.optimized(for: [1, 3, 16, 16])
    ran = []
    expectClose(optimized(x), expected, "the sequence")
    #expect(ran == ["3", "8", "9", ""], "what ran on its own")
    #expect(optimized.packedLayerCount == 5)
    for size in [1, 5, 33] {
      let rows = Tensor.randn([size, 8, size + 1, size], generator: Generator(seed: 9))
      let part = Sequential(net[4], net[5], net[6]).eval()
      expectClose(part.optimized(for: [1, 8, 7, 7])(rows), part(rows), "an image of \(size + 1) x \(size)")
    }
  }

  @Test func unusualInputsAreComputedToo() {
    let net = Sequential(Conv2d(3, 4, kernel: 3), ReLU(), AdaptiveAvgPool2d(1), Flatten(), Linear(4, 2))
    let optimized = net.optimized(for: [2, 3, 8, 8])
    #expect(optimized(Tensor.zeros([0, 3, 8, 8])).shape == [0, 2])
    let bytes = Self.noise(1, 3, 8, 8).to(.float64)
    expectClose(optimized(bytes), net(bytes.to(.float32)), "double precision")
    let strided = Self.noise(1, 8, 8, 3).transpose(1, 3)
    expectClose(optimized(strided), net(strided), "an image with gaps")
    let linear = Linear(4, 3)
    let row = Self.noise(4)
    expectClose(linear.optimized()(row), linear(row), "a single row")
    #expect(linear.optimized()(Tensor.zeros([2, 0, 4])).shape == [2, 0, 3])
  }

  @Test func attentionIsPackedInParts() {
    let attention = MultiHeadAttention(8, heads: 2)
    let (x, y) = (Self.noise(2, 3, 8), Self.noise(2, 5, 8, seed: 2))
    let optimized = attention.optimized()
    expectClose(optimized.run { attention(x) }, attention(x), "self-attention")
    let crossed = attention.optimized()
    expectClose(
      crossed.run { attention(query: x, key: y, value: y) }, attention(query: x, key: y, value: y), "cross-attention")
    #expect([optimized.packedLayerCount, crossed.packedLayerCount] == [2, 4])
  }

  @Test func adaptersAreAddedToo() {
    let net = Sequential(Linear(4, 6), GELU(), Linear(6, 2))
    net.addLowRankAdapters(rank: 2, alpha: 4)
    for case let linear as Linear in net.namedModules().map(\.module) {
      withNoGrad { _ = linear.adapter?.loraB.value.fill_(0.5) }
    }
    let x = Self.noise(3, 4)
    let optimized = net.optimized()
    expectClose(optimized(x), net(x), "a network with adapters")
  }

  @Test func sharedWeightsMayHaveNormsOfTheirOwn() {
    final class Heads: Layer {
      let conv = Conv2d(2, 3, kernel: 1)
      let norms = [OptimizedModuleTests.trained(BatchNorm2d(3)), BatchNorm2d(3)]
      override func forward(_ x: Tensor) -> Tensor { Tensor.cat(norms.map { conv(x, norm: $0) }, dim: 1) }
    }
    let heads = Heads().eval()
    let x = Self.noise(1, 2, 4, 4)
    let optimized = heads.optimized()
    expectClose(optimized(x), heads(x), "two heads")
    #expect(optimized.packedLayerCount == 2)
  }

  @Test func theModelStaysAsItIs() throws {
    let block = Block(.relu)
    let x = Self.noise(2, 4, 8, 8)
    let copy = x.clone()
    let optimized = block.optimized()
    #expect(!block.isTraining)
    let before = optimized(x)
    #expect(!before.requiresGrad)
    #expect(x.isEqual(to: copy))
    block(x).sum().backward()
    #expect(block.parameters().allSatisfy { $0.grad != nil })

    withNoGrad { _ = block.conv.weight.value.mul_(2) }
    #expect(optimized(x).isEqual(to: before))
    expectClose(block.optimized()(x), block(x), "a form made after the change")
  }

  @Test func bfloat16IsCloseWithOrWithoutHardware() {
    let net = Sequential(
      Conv2d(3, 4, kernel: 3), Self.trained(BatchNorm2d(4)), ReLU(), ConvTranspose2d(4, 2, kernel: 2, stride: 2),
      PReLU(), Flatten(), Linear(288, 3))
    let x = Self.noise(2, 3, 8, 8)
    let expected = withNoGrad { net.eval()(x) }
    let found = net.optimized(dtype: .bfloat16)(x)
    #expect(found.dtype == .bfloat16)
    expectClose(found.to(.float32), expected, "bfloat16", within: 0.03)
  }
}

extension ActivationFunction {
  /// The tensors' own methods, one by one.
  fileprivate func reference(_ x: Tensor) -> Tensor {
    switch self {
    case .identity: x
    case .relu: x.relu()
    case .relu6: x.clamp(min: 0, max: 6)
    case .leakyReLU(let slope): x.leakyRelu(slope)
    case .gelu(let tanh): x.gelu(tanh: tanh)
    case .silu: x * x.sigmoid()
    case .hardswish: x * (x + 3).clamp(min: 0, max: 6) / 6
    case .sigmoid: x.sigmoid()
    case .tanh: x.tanh()
    }
  }
}
