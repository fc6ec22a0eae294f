extension Image {
  /// Which channels a decoded image has.
  public enum Mode: Sendable, Hashable {
    /// Always three channels. Grey is repeated, and alpha is dropped, as by Pillow's `convert("RGB")`.
    case rgb
    /// What the file holds: 1 channel for grey, 3 for colours, 4 where there is transparency.
    case unchanged
    /// Always one channel: luma by ITU-R 601-2, as by Pillow's `convert("L")`.
    case grey
  }

  /// This image with the channels of `mode`; itself where it has them already.
  public func converted(to mode: Mode) -> Image {
    switch (mode, channels) {
    case (.unchanged, _), (.rgb, 3), (.grey, 1): self
    case (.rgb, 1): mapped(to: 3) { source, target in for channel in 0..<3 { target[channel] = source[0] } }
    case (.rgb, _): mapped(to: 3) { source, target in for channel in 0..<3 { target[channel] = source[channel] } }
    case (.grey, _):
      // Fixed-point shares of 0.299, 0.587 and 0.114, in units of 1/65536.
      mapped(to: 1) { source, target in
        let luma = 19595 * UInt32(source[0]) + 38470 * UInt32(source[1]) + 7471 * UInt32(source[2])
        target[0] = UInt8(truncatingIfNeeded: (luma + 0x8000) >> 16)
      }
    }
  }

  /// A new image of the same size; `convert` writes one of its pixels from one of this image's.
  func mapped(
    to newChannels: Int, _ convert: (_ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>) -> Void
  ) -> Image {
    let count = width * height
    let converted = pixels.withUnsafeBufferPointer { source in
      [UInt8](unsafeUninitializedCapacity: count * newChannels) { target, initialized in
        if var from = source.baseAddress, var to = target.baseAddress {
          for _ in 0..<count {
            convert(from, to)
            from += channels
            to += newChannels
          }
        }
        initialized = count * newChannels
      }
    }
    return Image(width: width, height: height, channels: newChannels, pixels: converted)
  }
}
