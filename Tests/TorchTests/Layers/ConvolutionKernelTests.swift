import Testing

@testable import Torch

/// The convolutions written here, against libtorch in double precision. Other processors have no use for them: there this
/// is a test of libtorch.
@Suite struct ConvolutionKernelTests {
  typealias Convolution = Op<Tensor, Tensor, Tensor, Tensor?, [Int], [Int], [Int], Int>
  static let convolution = Convolution("fovea::conv2d")
  static let reference = Convolution("aten::conv2d")

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var images = [3, 32, 9, 11]
    var weight = [48, 32, 3, 3]
    var hasBias = true
    var stride = 1
    var padding = 1
    var dilation = 1
    var trains = [true, true, true]
    var format = MemoryFormat.channelsLast
    var weightFormat = MemoryFormat.channelsLast
  }

  static let cases = [
    Case(testDescription: "3x3, odd sizes"),
    Case(testDescription: "not padded", hasBias: false, padding: 0),
    Case(testDescription: "padded by two", padding: 2),
    Case(testDescription: "even sizes", images: [2, 64, 8, 12], weight: [32, 64, 3, 3]),
    Case(testDescription: "one line", images: [9, 32, 1, 20]),
    Case(testDescription: "one image, several blocks", images: [1, 32, 40, 38]),
    Case(testDescription: "many channels", images: [40, 272, 3, 2], weight: [320, 272, 3, 3]),
    Case(testDescription: "too few tiles", images: [1, 32, 4, 4]),
    Case(testDescription: "frozen weight", trains: [true, false, false]),
    Case(testDescription: "frozen input", trains: [false, true, true]),
    Case(testDescription: "only the bias", trains: [false, false, true]),
    Case(testDescription: "weight as PyTorch has it", weightFormat: .contiguous),
    Case(testDescription: "images as PyTorch has them", format: .contiguous),
    Case(testDescription: "stride", images: [3, 16, 13, 9], weight: [20, 16, 3, 3], stride: 2),
    Case(testDescription: "dilation", images: [2, 16, 30, 20], weight: [7, 16, 3, 3], padding: 2, dilation: 2),
    Case(testDescription: "5x5 of one channel", images: [2, 16, 30, 20], weight: [1, 16, 5, 5], stride: 3),
    Case(testDescription: "1x1", images: [5, 48, 7, 7], weight: [64, 48, 1, 1], padding: 0),
    Case(testDescription: "1x1 with a stride", images: [5, 48, 7, 7], weight: [64, 48, 1, 1], stride: 2, padding: 0),
    Case(testDescription: "1x1 with padding", images: [5, 16, 7, 7], weight: [6, 16, 1, 1], padding: 3),
    Case(testDescription: "15 channels", images: [2, 15, 7, 7], weight: [32, 15, 3, 3]),
  ]

  /// Those of the cases that are not Winograd's.
  static let others = [
    "too few tiles", "images as PyTorch has them", "stride", "dilation", "5x5 of one channel", "1x1",
    "1x1 with a stride", "1x1 with padding", "15 channels",
  ]

  /// Without this the other tests would pass if libtorch computed everything.
  @Test func winogradsWayIsTakenWhereItPays() {
    for test in Self.cases {
      let leaves = Self.leaves(of: test, .float32)
      let pairs = [test.stride, test.padding, test.dilation].map { [$0, $0] }
      let isTaken = Operators.prefersKernels(leaves[0], leaves[1], pairs[0], pairs[1], pairs[2], 1)
      let pays = Machine.hasOwnConvolutions(in: .float32) && !Self.others.contains(test.testDescription)
      #expect(isTaken == pays, "\(test.testDescription)")
    }
  }

  static func leaves(of test: Case, _ dtype: DType) -> [Tensor] {
    let formats = [test.format, test.weightFormat, .contiguous]
    return zip(zip([test.images, test.weight, [test.weight[0]]], formats), test.trains).enumerated().map {
      let ((shape, format), trains) = $1
      let leaf = Tensor.randn(shape, generator: Generator(seed: UInt64($0))).to(dtype).contiguous(format)
      leaf.requiresGrad = trains
      return leaf
    }
  }

  /// The result, and the gradients for images, weight and bias.
  private static func run(_ operation: Convolution, _ test: Case, _ dtype: DType = .float32) -> [Tensor?] {
    let leaves = leaves(of: test, dtype)
    let pairs = [test.stride, test.padding, test.dilation].map { [$0, $0] }
    let y = operation(leaves[0], leaves[1], test.hasBias ? leaves[2] : nil, pairs[0], pairs[1], pairs[2], 1)
    // The same factors for both, not of mean zero, so that a bias' gradient is not what is left of rounding.
    let factors = (Tensor.arange(y.count).to(.float32) * 0.37).sin() + 0.5
    (y * factors.to(dtype).reshape(y.shape.sizes)).sum().backward()
    return [y] + leaves.map(\.grad)
  }

  @Test(arguments: cases) func resultAndGradientsAreThoseOfDoublePrecision(_ test: Case) throws {
    let found = Self.run(Self.convolution, test)
    let expected = Self.run(Self.reference, test, .float64)
    for (index, (found, expected)) in zip(found, expected).enumerated() {
      #expect((found == nil) == (expected == nil), "result \(index)")
      guard let found, let expected else { continue }
      #expect(found.shape == expected.shape)
      let scale = expected.abs().max().item(Double.self)
      #expect((found.to(.float64) - expected).abs().max().item(Double.self) < 2e-6 * scale, "result \(index)")
    }
  }

  @Test(arguments: [1, 2, 3, 8, 20]) func anyNumberOfThreadsGivesTheSame(_ threads: Int) async {
    await #expect(processExitsWith: .success) { [threads] in
      Machine.threadCount = threads
      for test in ConvolutionKernelTests.cases {
        let found = ConvolutionKernelTests.run(ConvolutionKernelTests.convolution, test)
        let expected = ConvolutionKernelTests.run(ConvolutionKernelTests.reference, test, .float64)
        for case (let found?, let expected?) in zip(found, expected) {
          let scale = expected.abs().max().item(Double.self)
          precondition((found.to(.float64) - expected).abs().max().item(Double.self) < 2e-6 * scale)
        }
      }
    }
  }

  @Test func withoutGradientsItIsTheSame() {
    for test in Self.cases {
      let leaves = Self.leaves(of: test, .float32)
      func result() -> Tensor {
        leaves[0].conv2d(
          leaves[1], bias: leaves[2], stride: test.stride, padding: test.padding, dilation: test.dilation)
      }
      let recorded = result()
      #expect(withNoGrad { result().isEqual(to: recorded) }, "\(test.testDescription)")
      #expect(recorded.rank == 4)
    }
  }

  @Test func derivativesOfDerivativesAreThoseOfPyTorch() throws {
    func second(_ operation: Convolution) throws -> [Tensor] {
      let leaves = Self.leaves(of: Case(testDescription: ""), .float32)
      let y = operation(leaves[0], leaves[1], nil, [1, 1], [1, 1], [1, 1], 1)
      let first = gradients(of: [(y * 0.05).sin().sum()], for: [leaves[0]], createGraph: true)
      try #require(first[0]).square().sum().backward()
      return try leaves[0..<2].map { try #require($0.grad) }
    }
    for (found, expected) in zip(try second(Self.convolution), try second(Self.reference)) {
      let scale = expected.abs().max().item(Double.self)
      #expect((found - expected).abs().max().item(Double.self) < 1e-5 * scale)
    }
  }

  @Test func whatIsNotANumberStaysSo() {
    let test = Case(testDescription: "")
    let leaves = Self.leaves(of: test, .float32).map { $0.detach() }
    _ = leaves[0][1, 2, 4, 5].fill_(Double.nan)
    let y = leaves[0].conv2d(leaves[1], bias: leaves[2], padding: 1)
    // A tile shares what is in it, and no tile of another image is touched.
    #expect(y[1, .all, 4, 5].isNaN().all().item(Bool.self))
    #expect(!y[0].isNaN().any().item(Bool.self) && !y[2].isNaN().any().item(Bool.self))
  }

  @Test func whatIsWrongIsSaid() {
    let images = Tensor.ones([3, 32, 9, 11]).contiguous(.channelsLast)
    #expect(throws: TorchError.self) { try withTorchErrors { images.conv2d(Tensor.ones([48, 31, 3, 3]), padding: 1) } }
    #expect(throws: TorchError.self) {
      try withTorchErrors { images.conv2d(Tensor.ones([48, 32, 3, 3]), bias: Tensor.ones([47]), padding: 1) }
    }
    #expect(throws: TorchError.self) { try withTorchErrors { images.conv2d(Tensor.ones([48, 32, 13, 3])) } }
  }

  /// A convolution of an optimized model: with another tensor added, and an activation.
  @Test(arguments: [ActivationFunction.identity, .relu, .silu], [false, true])
  func optimizedConvolutionsAreThoseOfTheLayer(_ activation: ActivationFunction, _ adds: Bool) {
    let conv = Conv2d(32, 64, kernel: 3, padding: 1)
    let norm = BatchNorm2d(64)
    norm.eval()
    let x = Tensor.randn([2, 32, 15, 14], generator: Generator(seed: 1)).contiguous(.channelsLast)
    let other = adds ? Tensor.randn([2, 64, 15, 14], generator: Generator(seed: 2)).contiguous(.channelsLast) : nil
    withNoGrad {
      let plain = norm(conv(x))
      let expected = activation.consume(other.map { plain + $0 } ?? plain)
      let packed = PackedConvolution(conv, norm, dtype: .float32, input: x.shape)
      #expect((packed(x, adding: other, activation) - expected).abs().max().item(Double.self) < 1e-5)
      // Another size than the one that it was packed for.
      let small = x[.all, .all, 0..<3, 0..<3].contiguous(.channelsLast)
      let smallOther = other.map { $0[.all, .all, 0..<3, 0..<3] }
      let smallPlain = norm(conv(small))
      let smallExpected = activation.consume(smallOther.map { smallPlain + $0 } ?? smallPlain)
      #expect((packed(small, adding: smallOther, activation) - smallExpected).abs().max().item(Double.self) < 1e-5)
    }
  }
}
