import Testing
import Torch

@testable import FoveaData

@Suite struct ColorTests {
  typealias Change = @Sendable (Tensor, Double) -> Tensor

  static let changes: [Case<(change: Change, factors: [String])>] = [
    Case("brightness", ({ $0.brightness($1) }, ["0.5", "1.3"])),
    Case("contrast", ({ $0.contrast($1) }, ["0.4", "1.7"])),
    Case("saturation", ({ $0.saturation($1) }, ["0.3", "1.6"])),
    Case("hue", ({ $0.hue($1) }, ["-0.4", "0.1", "0.25"])),
  ]

  @Test(arguments: changes)
  func equalsTorchvision(_ test: Case<(change: Change, factors: [String])>) throws {
    for factor in test.value.factors {
      let name = "\(test.testDescription).\(factor)"
      let value = try #require(Double(factor))
      let allowed = test.testDescription == "hue" ? 1.0 : 0.0
      #expect(difference(test.value.change(TransformReference.image, value), from: name) <= allowed, "\(name)")
      #expect(difference(test.value.change(TransformReference.unit, value), from: "\(name).float") < 2e-6, "\(name)")
      let gray = TransformReference.small[0..<1]
      #expect(difference(test.value.change(gray, value), from: "\(name).gray") <= allowed, "\(name) of grey")
    }
  }

  @Test func sharpnessEqualsTorchvision() {
    #expect(difference(TransformReference.image.sharpness(0.1), from: "sharpness.0.1") == 0)
    #expect(difference(TransformReference.image.sharpness(1.9), from: "sharpness.1.9") == 0)
  }

  @Test func isNearPillow() {
    let image = TransformReference.image
    #expect(difference(image.brightness(1.3), from: "pillow.brightness") <= 1)
    // Pillow takes its mean grey in whole levels.
    #expect(difference(image.contrast(0.4), from: "pillow.contrast") <= 1)
    #expect(difference(image.saturation(1.6), from: "pillow.saturation") <= 1)
    #expect(difference(image.sharpness(1.9), from: "pillow.sharpness") <= 1)
    #expect(difference(image.posterized(bits: 3), from: "pillow.posterize.3") == 0)
    #expect(difference(image.solarized(from: 100.2), from: "pillow.solarize.100.2") == 0)
    #expect(difference(image.autoContrasted(), from: "pillow.autoContrast") <= 1)
    #expect(difference(image.equalized(), from: "pillow.equalize") == 0)
  }

  @Test func levelsEqualTorchvision() {
    let image = TransformReference.image
    #expect(difference(image.posterized(bits: 3), from: "posterize.3") == 0)
    #expect(difference(image.posterized(bits: 8), image) == 0)
    #expect(difference(image.solarized(from: 100.2), from: "solarize.100.2") == 0)
    for name in ["image", "flat"] {
      let image = TransformReference[name]
      #expect(difference(image.autoContrasted(), from: "autoContrast.\(name)") == 0, "\(name)")
      #expect(difference(image.equalized(), from: "equalize.\(name)") == 0, "\(name)")
    }
  }

  @Test func grayscale() throws {
    let sample = Sample(image: TransformReference.image)
    let one = try Grayscale()(sample).image
    let three = try Grayscale(channels: 3)(sample).image
    #expect(difference(one, from: "grayscale") == 0)
    #expect(difference(one, from: "pillow.grayscale") <= 1)
    #expect(three.shape == [3, 24, 32])
    #expect(difference(three[2..<3], one) == 0)
    #expect(difference(try Grayscale(channels: 3)(Sample(image: one)).image, three) == 0)
  }

  @Test func blurEqualsTorchvision() {
    let image = TransformReference.image
    #expect(difference(image.blurred(kernelSize: 5, sigma: 1.1), from: "blur.5.1.1") <= 1)
    #expect(difference(image.blurred(kernelSize: 9, sigma: 2), from: "blur.9.2.0") <= 1)
    #expect(difference(TransformReference.unit.blurred(kernelSize: 3, sigma: 0.7), from: "blur.3.0.7.float") < 1e-6)
  }

  @Test func brightnessContrastIsItsFormula() {
    #expect(difference(TransformReference.image.stretched(by: 1.15, movedBy: -0.1), from: "stretched") <= 1)
    let float = Tensor([0.2, 0.5, 0.9] as [Float], shape: [3, 1, 1]).stretched(by: 2, movedBy: -0.3)
    #expect(difference(float, Tensor([0.1, 0.7, 1] as [Float], shape: [3, 1, 1])) < 1e-6)
  }

  @Test func jitterOfNothingChangesNothing() throws {
    var random = RandomSource(seed: 1)
    let image = TransformReference.image
    #expect(difference(try ColorJitter()(Sample(image: image), using: &random).image, image) == 0)
  }

  @Test func jitterStaysInItsRange() throws {
    // On one grey level brightness alone shows its factor.
    let gray = Sample(image: Tensor.full([1, 1, 1], 100, dtype: .uint8))
    var random = RandomSource(seed: 1)
    let jitter = ColorJitter(brightness: 0.4)
    let levels = try (0..<400).map { _ in try jitter(gray, using: &random).image.item(Int.self) }
    #expect(levels.allSatisfy { 60...140 ~= $0 })
    #expect(levels.min()! < 64 && levels.max()! > 136)
    #expect(abs(Double(levels.reduce(0, +)) / 400 - 100) < 4)
  }

  @Test func refusesWhatHasNoColors() throws {
    let sample = Sample(image: Tensor.zeros([4, 3, 3], dtype: .uint8), name: "scan.tif")
    let error = #expect(throws: TransformError.self) { try ColorJitter(hue: 0.1)(sample) }
    #expect(error?.description.hasPrefix("scan.tif: ColorJitter") == true)
    #expect(throws: TransformError.self) { try Grayscale()(sample) }
    #expect(throws: TransformError.self) { try GaussianBlur(kernelSize: 9)(sample) }
  }
}
