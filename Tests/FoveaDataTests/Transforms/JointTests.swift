import Testing
import Torch

@testable import FoveaData

/// Image, boxes, masks and key points move together, as torchvision moves its `tv_tensors`.
@Suite struct JointTests {
  let sample = TransformReference.jointSample

  private func check(_ moved: Sample, against name: String) throws {
    let expected = try #require(TransformReference.shared.joint[name])
    let boxes = try #require(moved.boxes).values
    #expect(difference(moved.image, expected.image.tensor) == 0)
    #expect(difference(boxes, expected.boxes.tensor) < 1e-4)
    #expect(difference(try #require(moved.masks), expected.masks.tensor) == 0)
    #expect(moved.boxLabels?.array(Int.self) == expected.kept.map { $0 + 11 })
    try checkPoints(moved, expected.points.tensor)
    // The label map was made from the masks; where it was filled it is 255.
    let map = try #require(moved.labelMap)
    let covered = (map .== 1)
    #expect(ImageSize(of: map) == moved.size)
    #expect((covered.to(.int16) - expected.masks.tensor.amax(dims: [0]).to(.int16)).min().item(Int.self) >= 0)
  }

  /// A point inside is where torchvision has it; one outside is 0, 0, 0.
  private func checkPoints(_ moved: Sample, _ expected: Tensor) throws {
    let points = try #require(moved.keypoints).reshape(-1, 3).array(Float.self)
    let wanted = expected.array(Float.self)
    for index in 0..<wanted.count / 2 {
      let (x, y) = (wanted[2 * index], wanted[2 * index + 1])
      let isInside = 0...Float(moved.size.width) ~= x && 0...Float(moved.size.height) ~= y
      let point = points[3 * index..<3 * index + 3]
      let want = isInside ? [x, y, 2] : [0, 0, 0]
      #expect(zip(point, want).allSatisfy { abs($0 - $1) < 1e-4 }, "\(point) is not \(want)")
    }
  }

  @Test func resize() throws {
    try check(Resize(.fixed(ImageSize(height: 36, width: 40)))(sample), against: "resize")
  }

  @Test func centerCrop() throws {
    try check(CenterCrop(ImageSize(height: 12, width: 18))(sample), against: "centerCrop")
    let padded = try CenterCrop(ImageSize(height: 40, width: 18))(sample)
    try check(padded, against: "centerCrop.padded")
    #expect(padded.labelMap?[0].array(Int.self) == Array(repeating: 255, count: 18))
  }

  @Test func flips() throws {
    try check(RandomHorizontalFlip(probability: 1)(sample), against: "horizontalFlip")
    try check(RandomVerticalFlip(probability: 1)(sample), against: "verticalFlip")
  }

  @Test func rotate() throws {
    try check(RandomRotation(degrees: 25...25, .nearest)(sample), against: "rotate")
  }

  @Test func shear() throws {
    try check(sample.warped(by: .shearX(0.3, of: sample.size), .nearest), against: "shearX")
  }

  @Test func aCropDropsWhatItLeavesOut() throws {
    let cropped = sample.cropped(to: CropWindow(top: 14, left: 20, size: ImageSize(height: 8, width: 10)))
    // Only the second box and a sliver of a quarter of a pixel of the fourth lie there.
    #expect(cropped.boxLabels?.array(Int.self) == [12])
    #expect(cropped.boxes?.values.array(Float.self) == [0, 0, 10, 8])
    #expect(cropped.masks?.shape == [1, 8, 10])
    #expect(cropped.keypoints?.array(Float.self) == [5, 2, 2])
  }

  @Test func noBoxesAreNoTrouble() throws {
    let empty = Sample(
      image: TransformReference.image, boxes: .empty, boxLabels: .zeros([0], dtype: .int64),
      masks: .zeros([0, 24, 32], dtype: .uint8), keypoints: .zeros([0, 5, 3]))
    let all: Transforms = [
      Resize(.shortestEdge(40)), RandomRotation(degrees: 10), RandomResizedCrop(16), RandomCrop(20, padding: 2),
      RandomHorizontalFlip(probability: 1), RandomVerticalFlip(probability: 1), RandAugment(),
    ]
    for seed in 0..<8 {
      var random = RandomSource(seed: UInt64(seed))
      let moved = try all(empty, using: &random)
      #expect(moved.boxes?.values.shape == [0, 4])
      #expect(moved.masks?.shape == [0, 20, 20])
      #expect(moved.keypoints?.shape == [0, 5, 3])
    }
  }

  @Test func aFlipExchangesLeftAndRightKeypoints() throws {
    let eyes = Tensor([8, 5, 2, 3, 6, 1] as [Float], shape: [1, 2, 3])
    let face = Sample(
      image: ramp([1, 8, 10]), boxes: Boxes(Tensor([1, 1, 9, 7] as [Float], shape: [1, 4])), keypoints: eyes)
    let flipped = try RandomHorizontalFlip(probability: 1, mirroredKeypoints: [1, 0])(face)
    #expect(flipped.keypoints?.array(Float.self) == [7, 6, 1, 2, 5, 2])
    #expect(throws: TransformError.self) { try RandomHorizontalFlip(mirroredKeypoints: [0, 1, 2])(face) }
  }

  @Test func policiesMoveBoxesAlong() throws {
    let moved = AugmentationOperation.translateX.apply(to: sample, magnitude: 7.9, .nearest, fill: 0)
    #expect(moved.boxes?.values[0].array(Float.self) == [9, 3, 21, 11])
  }
}
