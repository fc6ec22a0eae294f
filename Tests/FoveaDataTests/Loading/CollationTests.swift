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
        sample.boxes = Boxes(Tensor.zeros([number, 4]))
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
    #expect(batch.boxes.map(\.values.shape.sizes) == [[0, 4], [1, 4]])
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

  @Test("Padded images keep their size, their boxes and a mask of what is theirs")
  func padded() throws {
    let samples = [[3, 4, 6], [3, 5, 2]].map { shape in
      var sample = Sample(image: Tensor.ones(shape), name: "\(shape)")
      sample.boxes = Boxes(Tensor([0, 1, 2, 3] as [Float], shape: [1, 4]))
      sample.masks = Tensor.ones([1, shape[1], shape[2]], dtype: .uint8)
      sample.labelMap = Tensor.zeros([shape[1], shape[2]], dtype: .uint8)
      return sample
    }
    let batch = try Batch(collating: samples, .padded(toMultipleOf: 4))
    #expect(batch.images.shape == [2, 3, 8, 8])
    #expect(batch.sizes == [ImageSize(height: 4, width: 6), ImageSize(height: 5, width: 2)])
    #expect(batch.boxes[1].values.array(Float.self) == [0, 1, 2, 3])
    #expect(batch.images.sum(dims: [1, 2, 3]).array(Float.self) == [72, 30])
    #expect(batch.images[1, 0, ..<5, ..<2].sum().item(Float.self) == 10)
    #expect(batch.pixelMask.sum(dims: [1, 2]).array(Int.self) == [24, 10])
    #expect(batch.pixelMask[1, 4].array(Int.self) == [1, 1, 0, 0, 0, 0, 0, 0])
    #expect(batch.masks.map(\.shape.sizes) == [[1, 8, 8], [1, 8, 8]])
    let void = batch.labelMaps.map { ($0 .== 255).sum(dims: [1, 2]).array(Int.self) }
    #expect(void == [64 - 24, 64 - 10])
  }

  @Test("Without padding, a batch has no sizes but its own")
  func unpadded() throws {
    let batch = try Batch(collating: [sample("a"), sample("b")])
    #expect(batch.sizes.isEmpty)
    #expect(batch.size(at: 1) == 4)
    #expect(batch.pixelMask.sum().item(Int.self) == 32)
  }

  @Test("Padding does not make up for channels")
  func channels() {
    #expect(throws: CollationError.self) {
      try Batch(collating: [sample("color"), sample("grey", [1, 4, 4])], .padded())
    }
  }
}
