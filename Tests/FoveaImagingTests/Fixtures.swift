import Foundation

@testable import FoveaImaging

/// The tiny images that `Tests/Reference/imaging.py` writes, and what Pillow sees in them.
struct Expectation: Decodable {
  let width: Int
  let height: Int
  let channels: Int
  let rgb: Data
  let grey: Data
  /// Pixels in base64, or "rgb" or "grey" where they equal those.
  let unchanged: String
  let scaled: [String: Scaled]?

  struct Scaled: Decodable {
    let width: Int
    let height: Int
    let rgb: Data
  }

  func pixels(_ mode: Image.Mode) -> Data {
    switch mode {
    case .rgb: rgb
    case .grey: grey
    case .unchanged: unchanged == "rgb" ? rgb : unchanged == "grey" ? grey : Data(base64Encoded: unchanged) ?? Data()
    }
  }

  static let all: [String: Expectation] = {
    do {
      return try JSONDecoder().decode([String: Expectation].self, from: Data(contentsOf: fixture("expected.json")))
    } catch {
      fatalError("expected.json: \(error)")
    }
  }()
  static let names = all.keys.sorted()
}

func fixture(_ name: String) -> URL {
  (Bundle.module.resourceURL ?? Bundle.module.bundleURL).appending(path: "Fixtures/\(name)")
}

/// The largest difference of two channels; as large as can be if the sizes differ.
func difference(_ first: some Collection<UInt8>, _ second: some Collection<UInt8>) -> Int {
  first.count == second.count ? zip(first, second).map { abs(Int($0) - Int($1)) }.max() ?? 0 : 255
}

/// An image in which every pixel differs from its neighbours.
func sample(width: Int, height: Int, channels: Int) -> Image {
  let pixels = (0..<width * height * channels).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / 7) }
  return Image(width: width, height: height, channels: channels, pixels: pixels)
}

/// SplitMix64, so that each test repeats.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
