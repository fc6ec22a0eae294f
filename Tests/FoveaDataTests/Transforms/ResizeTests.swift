import Testing
import Torch

@testable import FoveaData

@Suite struct ResizeTests {
  let image = TransformReference.image

  @Test(arguments: Interpolation.allCases)
  func equalsTorchvision(_ interpolation: Interpolation) {
    let down = image.resized(to: ImageSize(height: 17, width: 23), interpolation)
    let up = image.resized(to: ImageSize(height: 31, width: 40), interpolation)
    #expect(difference(down, from: "resize.\(interpolation).down") == 0)
    #expect(difference(up, from: "resize.\(interpolation).up") == 0)
  }

  @Test func isWithinOneLevelOfPillow() {
    let down = image.resized(to: ImageSize(height: 17, width: 23), .bilinear)
    let up = image.resized(to: ImageSize(height: 31, width: 40), .bicubic)
    #expect(difference(down, from: "pillow.resize.bilinear.down") <= 1)
    #expect(difference(up, from: "pillow.resize.bicubic.up") <= 1)
  }

  @Test func resizesFloatingPoint() {
    let resized = TransformReference.unit.resized(to: ImageSize(height: 5, width: 7), .bilinear)
    #expect(difference(resized, from: "resize.bilinear.float") < 1e-6)
  }

  @Test func resizesInterleavedMemoryTheSameWay() {
    // What a decoder hands out: channels last in memory.
    let interleaved = image.permute(1, 2, 0).contiguous().permute(2, 0, 1)
    #expect(!interleaved.isContiguous())
    let resized = interleaved.resized(to: ImageSize(height: 17, width: 23), .bilinear)
    #expect(difference(resized, from: "resize.bilinear.down") == 0)
  }

  @Test func shortestEdge() throws {
    let resized = try Resize(.shortestEdge(16))(Sample(image: image))
    #expect(difference(resized.image, from: "resize.shortest") == 0)
  }

  @Test func sizesAreTorchvisions() {
    for row in TransformReference.shared.sizes {
      let image = ImageSize(height: row.from[0], width: row.from[1])
      func size(_ target: Resize.Target) -> [Int] {
        let size = target.size(for: image)
        return [size.height, size.width]
      }
      #expect(size(.shortestEdge(256)) == row.shortest256, "\(image)")
      #expect(size(.shortestEdge(800, longestAtMost: 1333)) == row.shortest800AtMost1333, "\(image)")
      #expect(size(.longestEdge(640)) == row.longest640, "\(image)")
    }
  }

  @Test func aThinImageKeepsAPixel() {
    #expect(
      Resize.Target.longestEdge(10).size(for: ImageSize(height: 1, width: 1000)) == ImageSize(height: 1, width: 10))
  }

  @Test func centerCrop() throws {
    let inside = try CenterCrop(ImageSize(height: 15, width: 21))(Sample(image: image)).image
    let padded = try CenterCrop(ImageSize(height: 29, width: 21))(Sample(image: image)).image
    #expect(difference(inside, from: "centerCrop.inside") == 0)
    #expect(difference(padded, from: "centerCrop.padded") == 0)
  }
}
