/// The mean and the standard deviation of each channel over a set, for images in 0...1.
public struct ChannelStatistics: Sendable, Hashable, Codable {
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

  /// 0.5 for everything, which moves 0...1 to -1...1 (published ViT and EfficientNet-Lite weights).
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
}
