import Testing

@testable import Torch

/// The convolutions of `ConvolutionKernelTests` in bfloat16, plain and under autocast, against libtorch in double precision on
/// the same rounded images. Winograd's way rounds in its domain, so its numbers are about twice as far off as oneDNN's.
@Suite struct BFloat16ConvolutionTests {
  typealias Case = ConvolutionKernelTests.Case

  /// The same cases with channels that the kernels for bfloat16 take.
  static let cases = ConvolutionKernelTests.cases.map {
    var test = $0
    func widened(_ channels: Int) -> Int { channels < 32 ? channels : (channels + 31) / 32 * 32 }
    test.images[1] = widened(test.images[1])
    test.weight = test.weight[..<2].map(widened) + test.weight[2...]
    return test
  }

  @Test func winogradsWayIsTakenWhereItPays() {
    for test in Self.cases {
      let leaves = ConvolutionKernelTests.leaves(of: test, .bfloat16)
      let pairs = [test.stride, test.padding, test.dilation].map { [$0, $0] }
      let isTaken = Operators.prefersKernels(leaves[0], leaves[1], pairs[0], pairs[1], pairs[2], 1)
      let pays = !ConvolutionKernelTests.others.contains(test.testDescription)
      #expect(isTaken == (pays && Machine.hasOwnConvolutions(in: .bfloat16)), "\(test.testDescription)")
    }
  }

  private static func run(_ leaves: [Tensor], _ test: Case, _ operation: ConvolutionKernelTests.Convolution)
    -> [Tensor?]
  {
    let pairs = [test.stride, test.padding, test.dilation].map { [$0, $0] }
    let y = operation(leaves[0], leaves[1], test.hasBias ? leaves[2] : nil, pairs[0], pairs[1], pairs[2], 1)
    let factors = (Tensor.arange(y.count).to(.float32) * 0.37).sin() + 0.5
    // What is exact in bfloat16 is the same for both.
    (y.to(.float64) * factors.to(.bfloat16).to(.float64).reshape(y.shape.sizes)).sum().backward()
    return [y] + leaves.map(\.grad)
  }

  /// The greatest distance of each result, as a part of the greatest number.
  private static func distances(_ found: [Tensor?], _ expected: [Tensor?]) -> [Double] {
    zip(found, expected).map { pair in
      guard case (let found?, let expected?) = pair else { return pair.0 == nil && pair.1 == nil ? 0 : .infinity }
      let scale = expected.abs().max().item(Double.self)
      return (found.to(.float64) - expected).abs().max().item(Double.self) / scale
    }
  }

  @Test(arguments: cases, [false, true]) func resultAndGradientsAreNearDoublePrecision(_ test: Case, _ casts: Bool) {
    // Images are exact in bfloat16 either way; under autocast weights are not.
    var leaves = ConvolutionKernelTests.leaves(of: test, .bfloat16)
    if casts {
      leaves = leaves.map {
        let leaf = $0.detach().to(.float32)
        leaf.requiresGrad = $0.requiresGrad
        return leaf
      }
    }
    let exact = leaves.map {
      let leaf = $0.detach().to(.float64)
      leaf.requiresGrad = $0.requiresGrad
      return leaf
    }
    let found = withAutocast(casts ? .bfloat16 : nil, on: .cpu) {
      Self.run(leaves, test, ConvolutionKernelTests.convolution)
    }
    let expected = Self.run(exact, test, ConvolutionKernelTests.reference)
    #expect(found[0]?.dtype == .bfloat16)
    for (leaf, gradient) in zip(leaves, found.dropFirst()) where gradient != nil {
      #expect(gradient?.dtype == leaf.dtype)
    }
    for (index, distance) in Self.distances(found, expected).enumerated() {
      #expect(distance < 1e-2, "result \(index)")
    }
  }

  @Test(arguments: [1, 2, 3, 8, 20]) func anyNumberOfThreadsGivesTheSame(_ threads: Int) async {
    await #expect(processExitsWith: .success) { [threads] in
      Machine.threadCount = threads
      for test in BFloat16ConvolutionTests.cases {
        let leaves = ConvolutionKernelTests.leaves(of: test, .bfloat16)
        let exact = leaves.map {
          let leaf = $0.detach().to(.float64)
          leaf.requiresGrad = $0.requiresGrad
          return leaf
        }
        let found = BFloat16ConvolutionTests.run(leaves, test, ConvolutionKernelTests.convolution)
        let expected = BFloat16ConvolutionTests.run(exact, test, ConvolutionKernelTests.reference)
        precondition(BFloat16ConvolutionTests.distances(found, expected).allSatisfy { $0 < 1e-2 })
      }
    }
  }

  @Test func derivativesOfDerivativesAreNearThoseOfDoublePrecision() throws {
    let test = Case(testDescription: "", weight: [64, 32, 3, 3])
    func second(_ dtype: DType, _ operation: ConvolutionKernelTests.Convolution) throws -> [Tensor] {
      let leaves = ConvolutionKernelTests.leaves(of: test, dtype)
      let y = operation(leaves[0], leaves[1], nil, [1, 1], [1, 1], [1, 1], 1)
      let first = gradients(of: [(y * 0.05).sin().sum()], for: [leaves[0]], createGraph: true)
      try #require(first[0]).square().sum().backward()
      return try leaves[0..<2].map { try #require($0.grad) }
    }
    let found = try withAutocast(.bfloat16, on: .cpu) { try second(.float32, ConvolutionKernelTests.convolution) }
    let expected = try second(.float64, ConvolutionKernelTests.reference)
    for distance in Self.distances(found, expected) { #expect(distance < 5e-2) }
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
      let packed = PackedConvolution(conv, norm, dtype: .bfloat16, input: x.shape)
      let found = packed(x, adding: other, activation)
      #expect(found.dtype == .bfloat16)
      #expect(Self.distances([found], [expected.to(.float64)])[0] < 1e-2)
    }
  }
}
