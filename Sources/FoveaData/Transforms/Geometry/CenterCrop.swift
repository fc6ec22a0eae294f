import Torch

/// The middle of the image; one that is smaller gets a border of 0. torchvision's name: `CenterCrop`.
public struct CenterCrop: Transform {
  public var size: ImageSize

  public init(_ size: ImageSize) { self.size = size }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) -> Sample {
    let image = sample.size
    let window = CropWindow(
      top: start(size.height, within: image.height), left: start(size.width, within: image.width), size: size)
    return sample.cropped(to: window)
  }

  /// Where the middle begins. An odd pixel more lies where torchvision leaves it: to the even side when cutting off, at
  /// the end when adding.
  private func start(_ length: Int, within whole: Int) -> Int {
    whole >= length
      ? Int((Double(whole - length) / 2).rounded(.toNearestOrEven)) : -((length - whole) / 2)
  }

  public var description: String { "CenterCrop(\(size))" }
}
