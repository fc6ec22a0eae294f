import Testing
import Torch

@testable import FoveaData

@Suite struct WarpTests {
  let sample = Sample(image: TransformReference.image)

  private func warped(_ map: AffineMap, _ interpolation: Interpolation = .nearest, fill: Double = 0) -> Tensor {
    sample.warped(by: map, interpolation, fill: fill).image
  }

  @Test(arguments: ["5", "-30", "90", "133.7"])
  func rotationEqualsTorchvision(_ degrees: String) throws {
    let map = AffineMap.rotation(degrees: try #require(Double(degrees)))
    #expect(difference(warped(map), from: "rotate.nearest.\(degrees)") == 0)
    #expect(difference(warped(map, .bilinear), from: "rotate.bilinear.\(degrees)") <= 1)
  }

  @Test func cornersAreFilled() {
    #expect(difference(warped(.rotation(degrees: 20), fill: 100), from: "rotate.nearest.fill") == 0)
    // Between the fill and an image of the same colour there is no seam.
    let flat = Sample(image: Tensor.full([3, 9, 9], 100, dtype: .uint8))
    let turned = flat.warped(by: .rotation(degrees: 33), .bilinear, fill: 100)
    #expect(difference(turned.image, flat.image) == 0)
  }

  @Test func shearAndTranslationEqualTorchvision() {
    #expect(difference(warped(.shearX(0.3, of: sample.size)), from: "shearX") == 0)
    #expect(difference(warped(.shearY(-0.2, of: sample.size)), from: "shearY") == 0)
    #expect(difference(warped(.translation(x: 7, y: 0)), from: "translateX") == 0)
    #expect(difference(warped(.translation(x: 0, y: -4)), from: "translateY") == 0)
  }

  @Test func theInverseUndoes() {
    let map = AffineMap(xx: 1.2, xy: 0.3, x: 4, yx: -0.1, yy: 0.8, y: -2)
    let twice = map.inverse.inverse
    for (a, b) in [
      (map.xx, twice.xx), (map.xy, twice.xy), (map.x, twice.x), (map.yx, twice.yx), (map.yy, twice.yy),
      (map.y, twice.y),
    ] {
      #expect(abs(a - b) < 1e-12)
    }
  }

  @Test func rotatesByAnglesOfItsRange() throws {
    var random = RandomSource(seed: 3)
    // A range of one angle leaves no choice.
    let turned = RandomRotation(degrees: 5...5, .nearest)(sample, using: &random)
    #expect(difference(turned.image, from: "rotate.nearest.5") == 0)
  }
}
