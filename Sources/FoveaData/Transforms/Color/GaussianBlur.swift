import Foundation
import Torch

/// Blurred with a Gaussian of random width. torchvision's name: `GaussianBlur`.
///
/// SimCLR (Chen et al., 2020) takes a kernel of a tenth of the image, 23 for 224, and 0.1...2, every other time:
/// `RandomApply(GaussianBlur(kernelSize: 23), probability: 0.5)`.
public struct GaussianBlur: Transform {
  /// Over how many pixels, in each direction, it reaches; odd.
  public var kernelSize: Int
  /// The standard deviation of the Gaussian, in pixels.
  public var sigma: ClosedRange<Double>

  public init(kernelSize: Int, sigma: ClosedRange<Double> = 0.1...2) {
    precondition(
      kernelSize > 0 && kernelSize % 2 == 1, "a blur reaches over an odd number of pixels, not \(kernelSize)")
    precondition(sigma.lowerBound > 0, "the width of a blur is above 0, not \(sigma.lowerBound)")
    self.kernelSize = kernelSize
    self.sigma = sigma
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample {
    let reach = kernelSize / 2
    guard min(sample.size.height, sample.size.width) > reach else {
      throw cannotChange(
        sample, "mirrors \(reach) pixels at the edges, so it needs an image of more than that, not \(sample.size)")
    }
    var sample = sample
    sample.image = sample.image.blurred(kernelSize: kernelSize, sigma: random.uniform(in: sigma))
    return sample
  }

  public var description: String { "GaussianBlur(kernelSize: \(kernelSize), sigma: \(sigma))" }
}

extension Tensor {
  /// An image `[C, H, W]` blurred, mirrored at its edges; `uint8` is rounded to the nearest level.
  func blurred(kernelSize: Int, sigma: Double) -> Tensor {
    let reach = kernelSize / 2
    let weights = (-reach...reach).map { (offset: Int) -> Double in
      let distance = Double(offset) / sigma
      return Foundation.exp(-distance * distance / 2)
    }
    let sum = weights.reduce(0, +)
    let pixels = dtype.isFloatingPoint ? self : to(.float32)
    let kernel = Tensor(weights.map { Float($0 / sum) }).to(pixels.dtype)
    // A Gaussian is a row times a column: two short convolutions in place of one square. Channels stand as images, so that
    // they do not mix.
    let blurred = pixels.unsqueeze(1).pad([reach, reach, reach, reach], mode: .reflect)
      .conv2d(kernel.reshape(1, 1, 1, kernelSize)).conv2d(kernel.reshape(1, 1, kernelSize, 1)).squeeze(1)
    return dtype.isFloatingPoint ? blurred : blurred.round().to(dtype)
  }
}
