import Foundation
import Fovea
import Testing

@Suite struct FaceAlignmentTests {
  static let faces: [(landmarks: [[Double]], transform: [Double])] = [
    // Tests/Reference/alignment.py
    (
      [[120, 80], [170, 85], [143, 118], [122, 140], [165, 144]],
      [0.681161875, -0.039735964, -46.567208281, 0.379002234]
    ),
    (
      [[60.5, 200.25], [40, 160], [75.5, 170], [100, 195], [80, 155]],
      [-0.228426693, 0.788534093, 211.111567588, 55.971671893]
    ),
    (
      [[500, 500], [900, 480], [700, 720], [540, 900], [880, 890]],
      [0.094076822, 0.002469854, -8.479964339, 4.496381242]
    ),
  ]

  @Test(arguments: 0..<3) func theTransformIsUmeyamas(_ number: Int) throws {
    let (landmarks, expected) = Self.faces[number]
    let found = try #require(SimilarityTransform(from: landmarks, to: FaceAlignment(size: 112).targets))
    for (value, reference) in zip([found.a, found.b, found.c, found.d], expected) {
      #expect(abs(value - reference) < 1e-8)
    }
  }

  @Test func pointsThatFitNothingGiveNoTransform() {
    let targets = FaceAlignment(size: 112).targets
    #expect(SimilarityTransform(from: Array(repeating: [3, 4], count: 5), to: targets) == nil)
    #expect(SimilarityTransform(from: Array(repeating: [.nan, 4], count: 5), to: targets) == nil)
    #expect(SimilarityTransform(from: [], to: []) == nil)
    let image = Image(width: 20, height: 20, color: .white)
    #expect(FaceAlignment().chip(of: image, landmarks: Array(repeating: [3, 4], count: 5)) == nil)
    #expect(FaceAlignment().chip(of: image, landmarks: [[1, 2]]) == nil)
  }

  @Test(arguments: [112, 48, 250]) func aFaceThatLiesRightIsCutOutAsItIs(_ side: Int) throws {
    let alignment = FaceAlignment(size: ImageSize(side))
    var picture = Image(width: side, height: side, color: .black)
    for y in 0..<side { for x in 0..<side { picture[x, y, 0] = UInt8((x * 7 + y * 3) % 256) } }
    let chip = try #require(alignment.chip(of: picture, landmarks: alignment.targets))
    #expect(zip(chip.pixels, picture.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
  }

  @Test(arguments: [0, 35, 180]) func landmarksComeToTheirPlaces(_ degrees: Int) throws {
    // A white spot at each landmark of a turned face, three times as large, is found where the chip has its landmark.
    let alignment = FaceAlignment(size: 96)
    let angle = Double(degrees) * .pi / 180
    let landmarks = alignment.targets.map { point -> [Double] in
      let (x, y) = (3 * (point[0] - 48), 3 * (point[1] - 48))
      return [240 + x * cos(angle) - y * sin(angle), 220 + x * sin(angle) + y * cos(angle)]
    }
    var picture = Image(width: 480, height: 440, color: .black)
    for point in landmarks {
      for y in -6...6 {
        for x in -6...6 {
          for channel in 0..<3 { picture[Int(point[0].rounded()) + x, Int(point[1].rounded()) + y, channel] = 255 }
        }
      }
    }
    let chip = try #require(alignment.chip(of: picture, landmarks: landmarks))
    #expect(chip.width == 96 && chip.height == 96)
    for target in alignment.targets {
      #expect(chip[Int(target[0].rounded()), Int(target[1].rounded()), 0] > 200)
    }
    #expect(chip[2, 2, 0] < 20)
  }

  @Test func aChipOfAnotherShapeHasTheFaceInItsMiddle() {
    let targets = FaceAlignment(size: ImageSize(height: 112, width: 96)).targets
    #expect(abs(targets[2][0] - (56.0252 - 56) * 96 / 112 - 48) < 1e-9)
    #expect(targets.allSatisfy { (0..<96).contains($0[0]) && (0..<112).contains($0[1]) })
  }

  @Test func facesAreDrawn() throws {
    let face = DetectedFace(
      box: [4, 5, 30, 40], probability: 0.9, landmarks: [[10, 15], [20, 15], [15, 22], [11, 30], [19, 30]])
    let image = Image(width: 60, height: 50, color: .black)
    let drawn = try image.drawing(faces: [face], names: ["Ada"])
    #expect(drawn != image && drawn.width == 60)
    #expect(try image.drawing(faces: []) == image)
  }
}
