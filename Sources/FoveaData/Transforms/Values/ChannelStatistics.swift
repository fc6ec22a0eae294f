import Torch

/// The mean and the standard deviation of each channel over a set, for images in 0...1.
public struct ChannelStatistics: Sendable, Hashable, Codable, CustomStringConvertible {
  /// One mean a channel, in 0...1.
  public var mean: [Double]
  /// One standard deviation a channel, in 0...1.
  public var standardDeviation: [Double]

  public init(mean: [Double], standardDeviation: [Double]) {
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// ImageNet's, which the published weights of most classifiers expect (torchvision, timm).
  public static let imageNet = ChannelStatistics(
    mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])

  /// 0.5 for everything, which moves 0...1 to -1...1 (published ViT weights).
  public static let half = ChannelStatistics(mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5])

  /// Of the 50,000 training images of CIFAR-10.
  public static let cifar10 = ChannelStatistics(
    mean: [0.4914, 0.4822, 0.4465], standardDeviation: [0.2470, 0.2435, 0.2616])

  /// Of the 50,000 training images of CIFAR-100.
  public static let cifar100 = ChannelStatistics(
    mean: [0.5071, 0.4865, 0.4409], standardDeviation: [0.2673, 0.2564, 0.2762])

  /// Of the 60,000 training images of MNIST.
  public static let mnist = ChannelStatistics(mean: [0.1307], standardDeviation: [0.3081])

  /// Of the 60,000 training images of Fashion-MNIST.
  public static let fashionMNIST = ChannelStatistics(mean: [0.2860], standardDeviation: [0.3530])

  public var description: String { "mean: \(mean), standardDeviation: \(standardDeviation)" }

  /// Images `[C, H, W]` or `[N, C, H, W]` with mean 0 and standard deviation 1 over the set.
  ///
  /// `uint8` is brought to 0...1 in the same step, so the result is the same with and without ``ToFloat`` before.
  ///
  /// - Precondition: the images have as many channels as there are means.
  public func normalized(_ images: Tensor) -> Tensor {
    let range = images.dtype == .uint8 ? 255.0 : 1.0
    let factors = standardDeviation.map { Float(1 / ($0 * range)) }
    let offsets = zip(mean, standardDeviation).map { Float($0 / $1) }
    if images.rank == 4, !images.isContiguous(), images.isContiguous(.channelsLast) {
      return rowByRow(images, factors, offsets)
    }
    let floats = images.dtype.isFloatingPoint ? images : images.to(.float32)
    return (floats * perChannel(factors, like: floats)).sub_(perChannel(offsets, like: floats))
  }

  /// Images whose channels lie last: a run of three numbers is too short to be quick, a row of pixels is not. One image after the
  /// other, so that each stays in the processor's cache.
  private func rowByRow(_ images: Tensor, _ factors: [Float], _ offsets: [Float]) -> Tensor {
    let (count, channels, height, width) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3])
    let dtype = images.dtype.isFloatingPoint ? images.dtype : .float32
    let result = Tensor.empty([count, height, width * channels], dtype: dtype, device: images.device)
    let rows = images.permute(0, 2, 3, 1).flatten(from: 2)
    let (factor, offset) = (perChannel(factors, like: result), perChannel(offsets, like: result))
    let (everyFactor, everyOffset) = (factor.flatten().tile(width), offset.flatten().tile(width))
    for place in 0..<count { _ = result[place].copy_(rows[place]).mul_(everyFactor).sub_(everyOffset) }
    return result.reshape(count, height, width, channels).permute(0, 3, 1, 2)
  }

  /// Normalised images back in 0...1, to be looked at.
  ///
  /// - Precondition: the images have as many channels as there are means.
  public func denormalized(_ images: Tensor) -> Tensor {
    (images * perChannel(standardDeviation.map(Float.init), like: images))
      .add_(perChannel(mean.map(Float.init), like: images))
  }

  private func perChannel(_ values: [Float], like images: Tensor) -> Tensor {
    Tensor(values, shape: [values.count, 1, 1]).to(images.device).to(images.dtype)
  }

  /// Why images cannot be normalised with these numbers; nil if they can.
  func problem(with images: Tensor) -> String? {
    let shape = images.shape
    guard mean.count == standardDeviation.count else {
      return "has \(mean.count) means and \(standardDeviation.count) standard deviations"
    }
    guard shape.count >= 3, shape[-3] == mean.count else {
      return "has numbers for \(mean.count) channels, and the image is \(shape)"
    }
    return nil
  }
}
