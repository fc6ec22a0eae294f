import Foundation

/// The Netpbm formats PBM, PGM and PPM: a short text header, then text (P1, P2, P3) or binary samples (P4, P5, P6).
enum PNM: Codec {
  static func isBeginning(of bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 3, bytes[0] == UInt8(ascii: "P") else { return false }
    return (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(bytes[1]) && (isSpace(bytes[2]) || bytes[2] == hash)
  }

  static func header(of bytes: UnsafeRawBufferPointer) throws -> ImageHeader {
    let layout = try Layout(bytes)
    return ImageHeader(format: .pnm, width: layout.width, height: layout.height, channels: layout.channels)
  }

  static func decode(
    _ bytes: UnsafeRawBufferPointer, _ header: ImageHeader, _ request: DecodingRequest
  ) throws -> Image {
    let layout = try Layout(bytes)
    // Memory is taken only for samples that can be there: a text sample is at least a digit and a space.
    let count = layout.width * layout.height * layout.channels
    let leastBytes =
      switch layout.kind {
      case 1: count
      case 2, 3: 2 * count - 1
      case 4: (layout.width + 7) / 8 * layout.height
      default: count * layout.bytesPerSample
      }
    guard bytes.count - layout.start >= leastBytes else { throw ImageError.Problem.truncated }
    return try Image.filling(width: layout.width, height: layout.height, channels: layout.channels) { target in
      switch layout.kind {
      case 1: try readBits(bytes, layout, into: target)
      case 2, 3: try readText(bytes, layout, into: target)
      case 4: unpackBits(bytes, layout, into: target)
      default: copySamples(bytes, layout, into: target)
      }
    }
  }

  static func encode(_ image: Image) -> Data {
    let image = image.channels == 4 ? image.converted(to: .rgb) : image
    var data = Data("\(image.channels == 1 ? "P5" : "P6")\n\(image.width) \(image.height)\n255\n".utf8)
    data.append(contentsOf: image.pixels)
    return data
  }

  private static func readBits(
    _ bytes: UnsafeRawBufferPointer, _ layout: Layout, into target: UnsafeMutableBufferPointer<UInt8>
  ) throws {
    var scanner = NumberScanner(bytes: bytes, offset: layout.start)
    for index in target.indices {
      scanner.skipSpace()
      switch bytes.byte(at: scanner.offset) {
      case UInt8(ascii: "0"): target[index] = 255
      case UInt8(ascii: "1"): target[index] = 0
      case nil: throw ImageError.Problem.truncated
      default: throw ImageError.Problem.damaged("a sample of a plain PBM is neither 0 nor 1")
      }
      scanner.offset += 1
    }
  }

  private static func readText(
    _ bytes: UnsafeRawBufferPointer, _ layout: Layout, into target: UnsafeMutableBufferPointer<UInt8>
  ) throws {
    var scanner = NumberScanner(bytes: bytes, offset: layout.start)
    for index in target.indices { target[index] = layout.scaled(try scanner.number()) }
  }

  private static func unpackBits(
    _ bytes: UnsafeRawBufferPointer, _ layout: Layout, into target: UnsafeMutableBufferPointer<UInt8>
  ) {
    let rowBytes = (layout.width + 7) / 8
    for index in target.indices {
      let (row, column) = index.quotientAndRemainder(dividingBy: layout.width)
      let byte = bytes[layout.start + row * rowBytes + column / 8]
      target[index] = byte & (0x80 >> (column % 8)) == 0 ? 255 : 0
    }
  }

  private static func copySamples(
    _ bytes: UnsafeRawBufferPointer, _ layout: Layout, into target: UnsafeMutableBufferPointer<UInt8>
  ) {
    if layout.maximum == 255 {
      UnsafeMutableRawBufferPointer(target).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[layout.start..<layout.start + target.count]))
      return
    }
    for index in target.indices {
      let value =
        layout.bytesPerSample == 1
        ? Int(bytes[layout.start + index]) : bytes.uint16(at: layout.start + 2 * index) ?? 0
      target[index] = layout.scaled(value)
    }
  }
}

private let hash = UInt8(ascii: "#")

private func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

/// The numbers of a header, and where the samples begin.
private struct Layout {
  let kind: Int
  let width: Int
  let height: Int
  let maximum: Int
  let start: Int

  var channels: Int { kind == 3 || kind == 6 ? 3 : 1 }
  var bytesPerSample: Int { maximum > 255 ? 2 : 1 }

  init(_ bytes: UnsafeRawBufferPointer) throws {
    kind = Int(bytes[1] - UInt8(ascii: "0"))
    var scanner = NumberScanner(bytes: bytes, offset: 2)
    width = try scanner.number()
    height = try scanner.number()
    maximum = kind == 1 || kind == 4 ? 1 : try scanner.number()
    guard (1...65535).contains(maximum) else {
      throw ImageError.Problem.damaged("a largest sample value of \(maximum); it goes from 1 to 65535")
    }
    start = scanner.offset + 1  // one space ends the header
  }

  /// A sample as one of 0...255, rounded as Pillow does; values over the maximum count as the maximum.
  func scaled(_ value: Int) -> UInt8 {
    UInt8((Double(min(value, maximum)) / Double(maximum) * 255).rounded(.toNearestOrEven))
  }
}

/// Reads the decimal numbers of a header or of text samples.
private struct NumberScanner {
  let bytes: UnsafeRawBufferPointer
  var offset: Int

  /// Moves past white space and comments, which run from # to the end of the line.
  mutating func skipSpace() {
    while let byte = bytes.byte(at: offset) {
      if byte == hash {
        while let next = bytes.byte(at: offset), next != 10, next != 13 { offset += 1 }
      } else if isSpace(byte) {
        offset += 1
      } else {
        return
      }
    }
  }

  mutating func number() throws -> Int {
    skipSpace()
    let start = offset
    var value = 0
    while let byte = bytes.byte(at: offset), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
      guard value <= 0x7FFF_FFFF else { throw ImageError.Problem.damaged("a number too large for an image") }
      offset += 1
    }
    if offset == start {
      throw offset >= bytes.count ? ImageError.Problem.truncated : .damaged("a number is missing")
    }
    return value
  }
}
