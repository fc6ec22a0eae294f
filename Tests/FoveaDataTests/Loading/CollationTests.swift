import Testing
import Torch

@testable import FoveaData

@Suite("Collation")
struct CollationTests {
  private func sample(_ name: String, _ shape: [Int] = [3, 4, 4], _ change: (inout Sample) -> Void = { _ in }) -> Sample
  {
    var sample = Sample(image: Tensor.zeros(shape), name: name)
    change(&sample)
    return sample
  }

  @Test("Everything that samples have is in the batch")
  func everything() throws {
    let samples = (0..<2).map { number in
      sample("s\(number)") { sample in
        sample.label = number
        sample.index = 10 + number
        sample.boxes = Tensor.zeros([number, 4])
        sample.boxLabels = Tensor.zeros([number], dtype: .int64)
        sample.masks = Tensor.zeros([number, 4, 4], dtype: .uint8)
        sample.keypoints = Tensor.zeros([number, 5, 3])
        sample.labelMap = Tensor.zeros([4, 4], dtype: .uint8)
      }
    }
    let batch = try Batch(collating: samples)
    #expect(batch.images.shape == [2, 3, 4, 4])
    #expect(batch.labels?.array(Int.self) == [0, 1])
    #expect(batch.indices == [10, 11])
    #expect(batch.boxes.map(\.shape.sizes) == [[0, 4], [1, 4]])
    #expect(batch.boxLabels.map(\.shape.sizes) == [[0], [1]])
    #expect(batch.masks.map(\.shape.sizes) == [[0, 4, 4], [1, 4, 4]])
    #expect(batch.keypoints.map(\.shape.sizes) == [[0, 5, 3], [1, 5, 3]])
    #expect(batch.labelMaps?.shape == [2, 4, 4])
  }

  @Test("Images of different sizes: the message names the image and the way out")
  func sizes() throws {
    let error = #expect(throws: CollationError.self) {
      try Batch(collating: [sample("a.jpg"), sample("pictures/b.jpg", [3, 4, 5])])
    }
    #expect(error?.sample == "pictures/b.jpg")
    for part in ["pictures/b.jpg", "[3, 4, 5]", "a.jpg", "[3, 4, 4]", "Resize"] {
      #expect(error?.description.contains(part) == true, "\(part)")
    }
  }

  @Test("Label maps of another size than the first are refused, too")
  func labelMaps() {
    let samples = [4, 5].map { size in
      sample("map \(size)") { $0.labelMap = Tensor.zeros([size, size], dtype: .uint8) }
    }
    #expect(throws: CollationError.self) { try Batch(collating: samples) }
  }

  @Test("Types and labels must agree")
  func mixed() {
    let bytes = Sample(image: Tensor.zeros([3, 4, 4], dtype: .uint8), name: "bytes")
    #expect(throws: CollationError.self) { try Batch(collating: [sample("float"), bytes]) }
    let error = #expect(throws: CollationError.self) {
      try Batch(collating: [sample("with") { $0.label = 1 }, sample("without")])
    }
    #expect(error?.sample == "without")
    #expect(error?.problem.contains("label") == true)
    #expect(throws: CollationError.self) { try Batch(collating: []) }
  }
}
