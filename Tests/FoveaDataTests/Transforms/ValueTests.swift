import Testing
import Torch

@testable import FoveaData

/// What changes values but moves nothing, alone and in pipelines.
@Suite struct ValueTests {
  let bytes = Sample(image: TransformReference.small)
  let unit = Sample(image: TransformReference.unit)

  @Test func toFloat() throws {
    #expect(difference(try ToFloat()(bytes).image, from: "toFloat") < 1e-7)
    #expect(difference(try ToFloat()(unit).image, from: "toFloat") == 0)
  }

  @Test func normalizeEqualsTorchvisionFromEitherType() throws {
    #expect(difference(try Normalize(.imageNet)(bytes).image, from: "normalize") < 2e-6)
    #expect(difference(try Normalize(.imageNet)(unit).image, from: "normalize") < 2e-6)
  }

  @Test func theInverseUndoesNormalize() throws {
    let normalize = Normalize(.imageNet)
    let once = try normalize(bytes)
    let back = try normalize.inverse(once)
    #expect(difference(back.image, unit.image) < 1e-6)
    #expect(difference(try normalize(back).image, once.image) < 4e-6)
  }

  @Test func theWrongNumberOfChannelsIsAnError() throws {
    let gray = Sample(image: .zeros([1, 4, 4], dtype: .uint8), name: "a/b.png")
    let error = #expect(throws: TransformError.self) { try Normalize(.imageNet)(gray) }
    #expect(error?.sample == "a/b.png")
    #expect(throws: TransformError.self) { try Normalize(.imageNet).inverse(gray) }
    #expect(throws: TransformError.self) { try Denormalize(.mnist)(gray) }
  }

  @Test func erasingFillsOneRectangle() throws {
    let ones = Sample(image: .ones([3, 20, 30]))
    var random = RandomSource(seed: 8)
    for _ in 0..<20 {
      var copy = random
      let erasing = RandomErasing(probability: 1, fill: .value(5))
      let window = try #require(erasing.draw(in: ones.size, using: &copy))
      let erased = erasing(ones, using: &random).image
      #expect(
        difference(erased.cropped(to: window, fill: 0), .full([3, window.size.height, window.size.width], 5)) == 0)
      #expect(erased.sum().item(Int.self) == 1800 + 12 * window.size.height * window.size.width)
    }
  }

  @Test func erasingWithNoise() throws {
    let erasing = RandomErasing(probability: 1, scale: 0.9...0.9, ratio: 1...1, fill: .noise)
    let float = try erasing(Sample(image: .full([3, 64, 64], 9))).image
    let noise = float.maskedSelect(float .!= 9)
    #expect(noise.count > 10_000)
    #expect(abs(noise.mean().item(Double.self)) < 0.05)
    #expect(abs(noise.std().item(Double.self) - 1) < 0.05)
    let levels = try erasing(Sample(image: .full([3, 64, 64], 9, dtype: .uint8))).image
    #expect(levels.dtype == .uint8)
    #expect(abs(levels.to(.float32).mean().item(Double.self) - 127.5 * 0.9) < 4)
  }

  @Test func cutoutIsCutOffAtTheEdges() throws {
    var random = RandomSource(seed: 9)
    var areas = Set<Int>()
    for _ in 0..<300 {
      let window = Cutout(length: 8).draw(in: 16, using: &random)
      #expect(window.isInside(16))
      areas.insert(window.size.height * window.size.width)
    }
    #expect(areas.max() == 64)
    #expect(areas.min() == 16)
    let image = try Cutout(length: 40)(Sample(image: .ones([1, 16, 16]))).image
    #expect(image.sum().item(Int.self) == 0)
  }

  @Test func imageNetPresets() throws {
    let sample = TransformReference.jointSample
    let evaluation: any Transform = .imageNetEvaluation(size: 16, resize: 20)
    let expected = Normalize(.imageNet).statistics.normalized(
      sample.image.resized(to: ImageSize(height: 20, width: 26), .bilinear)[0..., 2..<18, 5..<21])
    #expect(difference(try evaluation(sample).image, expected) == 0)
    #expect(
      evaluation.description == """
        Transforms(Resize(shortestEdge: 20, bilinear), CenterCrop(16), \
        Normalize(mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225]))
        """)
    let training: any Transform = .imageNetTraining(size: 16)
    let trained = try training(sample)
    #expect(trained.image.shape == [3, 16, 16])
    #expect(trained.image.dtype == .float32)
    #expect(trained.image.min().item(Double.self) < 0)
  }
}
