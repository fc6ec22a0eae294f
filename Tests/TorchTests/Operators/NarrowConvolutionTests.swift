import Testing
import Torch

/// 1x1 convolutions of few channels with a stride, which one of oneDNN's kernels cannot be trusted with.
@Suite struct NarrowConvolutionTests {
  @Test(.timeLimit(.minutes(1)), arguments: [1, 3, 4, 7, 8, 12], [2, 3])
  func gradientsAreThoseOfAnUnfoldedProduct(_ channels: Int, _ stride: Int) throws {
    let generator = Generator(seed: 1)
    for _ in 0..<4 {  // what the kernel does depends on the memory around it
      let images = Tensor.randn([4, channels, 17, 16], generator: generator).contiguous(.channelsLast)
      let weight = Tensor.randn([8, channels, 1, 1], generator: generator)
      weight.requiresGrad = true
      let output = images.conv2d(weight, stride: stride)
      let pixels = images[.all, .all, .every(stride), .every(stride)]
      let expected = weight.reshape([8, channels]).matmul(pixels.flatten(from: 2))
      let factors = Tensor.randn(expected.shape.sizes, generator: generator)
      #expect((output.flatten(from: 2) - expected).abs().max().item(Double.self) < 1e-5)
      let found = try #require(gradients(of: [(output.flatten(from: 2) * factors).sum()], for: [weight])[0])
      let wanted = try #require(gradients(of: [(expected * factors).sum()], for: [weight])[0])
      #expect((found - wanted).abs().max().item(Double.self) < 1e-3)
    }
  }
}
