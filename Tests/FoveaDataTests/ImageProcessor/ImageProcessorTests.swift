import Crypto
import Foundation
import Testing
import Torch

@testable import FoveaData

/// Against what transformers and timm made: see Tests/Reference/image_processors.py.
@Suite("Image processors")
struct ImageProcessorTests {
  struct Reference: Decodable {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
      struct Result: Decodable, Sendable {
        let shape: [Int]
        let sha256: String
        let values: Data
      }
      let name: String
      let file: [String: JSONValue]
      let image: [Int]
      let result: Result

      var testDescription: String { "\(name) of \(image[0])x\(image[1])" }
    }
    let step: Int
    let cases: [Case]
  }

  static let reference: Reference = {
    do {
      return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: fixture("processors.json")))
    } catch { preconditionFailure("processors.json: \(error)") }
  }()

  /// The script's formula, `uint8 [3, height, width]`.
  private func image(_ height: Int, _ width: Int) -> Tensor {
    var bytes = [UInt8](repeating: 0, count: height * width * 3)
    bytes.withUnsafeMutableBufferPointer { bytes in
      var place = 0
      for y in 0..<height {
        for x in 0..<width {
          let shared = (x &* y / 64) &* 7 &+ ((x / 9) ^ (y / 7)) % 32 &* 5
          for c in 0..<3 {
            bytes[place] = UInt8(truncatingIfNeeded: x &* (2 &* c &+ 3) &+ y &* (5 &- c) &+ shared)
            place &+= 1
          }
        }
      }
    }
    return Tensor(bytes, shape: [height, width, 3]).permute(2, 0, 1)
  }

  @Test("The input is the library's own, bit for bit", arguments: reference.cases)
  func equal(case item: Reference.Case) throws {
    let fields = JSONFields(item.file, file: "preprocessor_config.json")
    let processor = try item.name.hasPrefix("timm") ? ImageProcessor(timm: fields) : ImageProcessor(fields)
    let result = try processor(Sample(image: image(item.image[0], item.image[1]))).image
    #expect(result.shape == item.result.shape)
    let values = result.contiguous().array(Float.self)
    let expected = item.result.values.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { Float(bitPattern: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)) }
    }
    #expect(stride(from: 0, to: values.count, by: Self.reference.step).map { values[$0] } == expected)
    #expect(values.withUnsafeBytes { SHA256.hash(data: $0).hexadecimal } == item.result.sha256)
  }

  @Test("A file that names no processor has the usual one of its model")
  func byModel() throws {
    let none = JSONFields([:], file: "x")
    #expect(try ImageProcessor(none, modelType: "resnet").crop == nil)
    #expect(try ImageProcessor(none, modelType: "dinov2").crop == 224)
    #expect(try ImageProcessor(none).scaling == .exact(224))
    #expect(throws: JSONFieldError.self) { try ImageProcessor(none, modelType: "whisper") }
  }

  @Test("What is written is read as the same", arguments: reference.cases.filter { $0.image == [375, 500] })
  func written(case item: Reference.Case) throws {
    let fields = JSONFields(item.file, file: "x")
    var processor = try item.name.hasPrefix("timm") ? ImageProcessor(timm: fields) : ImageProcessor(fields)
    processor.convention = .transformers
    let scratch = try Scratch()
    try processor.write(to: scratch.url)
    let again = try ImageProcessor(JSONFields(contentsOf: scratch.place(ImageProcessor.fileName)))
    // What is not done needs no numbers.
    if processor.scaling == nil { processor.resample = again.resample }
    #expect(again == processor)
  }

  @Test(
    "What cannot be obeyed is an error that names the field",
    arguments: [
      ("image_processor_type", #"{"image_processor_type": "SamImageProcessor"}"#),
      ("resample", #"{"resample": 5}"#), ("resample", #"{"resample": "bicubic"}"#),
      ("size", #"{"size": -1}"#), ("size", #"{"size": 1e300}"#), ("size", #"{"size": {"height": 224}}"#),
      ("size", #"{"size": {"longest_edge": 224}}"#), ("size.shortest_edge", #"{"size": {"shortest_edge": 99999}}"#),
      ("crop_size", #"{"do_center_crop": true, "crop_size": [1, 2, 3]}"#),
      ("rescale_factor", #"{"rescale_factor": 0}"#), ("image_mean", #"{"image_mean": [0.5, 0.5]}"#),
      ("image_std", #"{"image_std": [0.5, 0, 0.5]}"#), ("do_resize", #"{"do_resize": "yes"}"#),
      ("do_flip_channel_order", #"{"do_flip_channel_order": true}"#),
      ("crop_pct", #"{"image_processor_type": "ConvNextImageProcessor", "size": 224, "crop_pct": 0}"#),
    ])
  func refused(field: String, text: String) throws {
    let values = try JSONDecoder().decode([String: JSONValue].self, from: Data(text.utf8))
    let error = #expect(throws: JSONFieldError.self) { try ImageProcessor(JSONFields(values, file: "p.json")) }
    #expect(error?.field == field)
    #expect(error?.description.hasPrefix("p.json: \(field): ") == true)
  }

  @Test("An image that resizing would make endless is refused, and so is one of other channels")
  func images() throws {
    let processor = ImageProcessor(scaling: .shortestEdge(8000))
    #expect(throws: TransformError.self) { try processor(Sample(image: .zeros([3, 1, 30_000], dtype: .uint8))) }
    #expect(throws: TransformError.self) { try processor(Sample(image: .zeros([3, 4, 4]))) }
    let small = ImageProcessor(scaling: .exact(8))
    #expect(throws: TransformError.self) { try small(Sample(image: .zeros([4, 8, 8], dtype: .uint8))) }
  }

  @Test("Damaged files end in errors, and never in a crash")
  func fuzz() throws {
    var random = RandomSource(seed: 11)
    for item in Self.reference.cases where item.image == [375, 500] {
      let bytes = try JSONEncoder().encode(item.file)
      for _ in 0..<40 {
        var damaged = bytes
        for _ in 0...Int.random(in: 0..<4, using: &random) {
          damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 32..<127, using: &random)
        }
        guard let values = try? JSONDecoder().decode([String: JSONValue].self, from: damaged) else { continue }
        let fields = JSONFields(values, file: "x")
        guard let processor = try? ImageProcessor(fields) else { continue }
        if let size = processor.outputSize { #expect(size.height > 0 && size.width > 0) }
      }
    }
  }
}
