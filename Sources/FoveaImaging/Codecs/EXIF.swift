/// The one thing that decoding needs of a photograph's EXIF data: which way up it is.
///
/// EXIF is a little TIFF file inside the image: byte order, the number 42, the place of a directory of 12-byte entries.
/// Files with broken EXIF data are common, and their pixels are good; so nothing here is an error, only "upright".
enum EXIF {
  private static let orientationTag = 0x0112
  private static let shortType = 3
  /// What precedes the TIFF data in JPEG files, and in some WebP ones.
  static let prefix = Array("Exif\0\0".utf8)

  /// The orientation that EXIF data, with or without its prefix, tells.
  static func orientation(in data: UnsafeRawBufferPointer) -> Orientation {
    var tiff = data
    if data.starts(with: prefix) { tiff = UnsafeRawBufferPointer(rebasing: data.dropFirst(prefix.count)) }
    let bigEndian: Bool
    if tiff.starts(with: "II*\0".utf8) {
      bigEndian = false
    } else if tiff.starts(with: "MM\0*".utf8) {
      bigEndian = true
    } else {
      return .upright
    }
    guard let directory = tiff.uint32(at: 4, bigEndian: bigEndian),
      let entryCount = tiff.uint16(at: directory, bigEndian: bigEndian)
    else { return .upright }
    for index in 0..<entryCount {
      let entry = directory + 2 + 12 * index
      guard let tag = tiff.uint16(at: entry, bigEndian: bigEndian) else { break }
      guard tag == orientationTag else { continue }
      guard tiff.uint16(at: entry + 2, bigEndian: bigEndian) == shortType,
        let value = tiff.uint16(at: entry + 8, bigEndian: bigEndian)
      else { break }
      return Orientation(rawValue: value) ?? .upright
    }
    return .upright
  }
}
