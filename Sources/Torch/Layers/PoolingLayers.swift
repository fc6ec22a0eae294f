/// The largest value of each window over `[N, C, H, W]`.
public final class MaxPool2d: Layer {
  public let kernel: Int
  public let stride: Int
  public let padding: Int
  public let ceilMode: Bool

  /// - Parameters:
  ///   - stride: the window's size unless given.
  ///   - ceilMode: rounds the result's size up, so that a last, partial window counts.
  public init(_ kernel: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false) {
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
    self.ceilMode = ceilMode
  }

  public override func forward(_ x: Tensor) -> Tensor {
    x.maxPool2d(kernel, stride: stride, padding: padding, ceilMode: ceilMode)
  }
}

/// The mean of each window over `[N, C, H, W]`.
public final class AvgPool2d: Layer {
  public let kernel: Int
  public let stride: Int
  public let padding: Int

  /// - Parameter stride: the window's size unless given.
  public init(_ kernel: Int, stride: Int? = nil, padding: Int = 0) {
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
  }

  public override func forward(_ x: Tensor) -> Tensor { x.avgPool2d(kernel, stride: stride, padding: padding) }
}

/// Means over windows that are chosen so that the result is `[N, C, height, width]`, whatever the image's size.
public final class AdaptiveAvgPool2d: Layer {
  public let height: Int
  public let width: Int

  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// A layer whose results are squares; 1 gives one mean a channel.
  public convenience init(_ size: Int) { self.init(size, size) }

  public override func forward(_ x: Tensor) -> Tensor { x.adaptiveAvgPool2d(height, width) }
}
