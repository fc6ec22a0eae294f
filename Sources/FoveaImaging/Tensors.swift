import Torch

// Between images and tensors: bytes are copied once, and libtorch does the rest, so this is quick in debug builds too.

extension Image {
  /// The pixels as a `uint8` tensor `[C, H, W]`.
  ///
  /// In memory the channels of a pixel stay beside each other (channels last), which is how libtorch resizes and
  /// convolves fastest on a CPU; `contiguous()` gives one channel after another.
  public var tensor: Tensor {
    pixels.withUnsafeBytes { Tensor(copying: $0, shape: [height, width, channels], dtype: .uint8) }.permute(2, 0, 1)
  }

  /// An image of a tensor `[C, H, W]` of 1, 3 or 4 channels, or of a grey one `[H, W]`, on any device.
  ///
  /// `uint8` values are taken as they are; `bool` ones become black and white; floating-point ones go from 0 (black) to 1,
  /// and what lies outside is clipped. A normalised tensor is to be brought back to that range before.
  ///
  /// - Precondition: the shape is one of these, and no side is empty.
  public init(_ tensor: Tensor) {
    let shape = tensor.shape
    let planes = tensor.rank == 2 ? tensor.unsqueeze(0) : tensor
    precondition(
      planes.rank == 3 && [1, 3, 4].contains(planes.shape[0]) && planes.count > 0,
      "an image of a tensor \(shape); it takes [C, H, W] with 1, 3 or 4 channels, or [H, W]")
    let bytes: Tensor
    switch tensor.dtype {
    case .uint8: bytes = planes
    case .bool: bytes = planes.to(.uint8) * 255
    case .float16, .bfloat16, .float32, .float64:
      let levels = planes.detach().to(.float32).nanToNum(0) * 255
      bytes = levels.round().clamp(min: 0, max: 255).to(.uint8)
    default: preconditionFailure("an image of a \(tensor.dtype) tensor; it takes uint8, bool or floating point")
    }
    self.init(
      width: planes.shape[2], height: planes.shape[1], channels: planes.shape[0],
      pixels: bytes.permute(1, 2, 0).array(UInt8.self))
  }
}
