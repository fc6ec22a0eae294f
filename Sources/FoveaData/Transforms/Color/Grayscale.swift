import Torch

/// Grey: the luminance of ITU-R BT.601. torchvision's name: `Grayscale`.
public struct Grayscale: Transform {
  /// 1, or 3 equal ones for models that expect three. An image that is grey already is repeated for 3.
  public var channels: Int

  public init(channels: Int = 1) {
    precondition([1, 3].contains(channels), "a grey image has 1 channel or 3 equal ones, not \(channels)")
    self.channels = channels
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample {
    try requireColor(sample)
    var sample = sample
    let image = sample.image
    let gray = image.shape[0] == 1 ? image : image.luminance().to(image.dtype)
    sample.image = channels == 1 ? gray : gray.expand(3, -1, -1).contiguous()
    return sample
  }

  public var description: String { "Grayscale(channels: \(channels))" }
}
