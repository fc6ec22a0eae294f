import Testing
import Torch

@testable import FoveaData

@Suite struct PolicyTests {
  /// torchvision's names for the operations.
  static let names: [AugmentationOperation: String] = [
    .identity: "Identity", .shearX: "ShearX", .shearY: "ShearY", .translateX: "TranslateX", .translateY: "TranslateY",
    .rotate: "Rotate", .brightness: "Brightness", .color: "Color", .contrast: "Contrast", .sharpness: "Sharpness",
    .posterize: "Posterize", .solarize: "Solarize", .autoContrast: "AutoContrast", .equalize: "Equalize",
  ]

  @Test(arguments: [("randAugment", AugmentationSpace.randAugment), ("trivialWide", .trivialWide)])
  func strengthsAreTorchvisions(_ name: String, _ space: AugmentationSpace) throws {
    let table = try #require(TransformReference.shared.policies[name])
    #expect(Set(table.keys) == Set(Self.names.values))
    for operation in AugmentationOperation.allCases {
      let row = try #require(table[Self.names[operation] ?? ""])
      #expect(row.isSigned == operation.isSigned, "\(operation)")
      for (bin, value) in row.values.enumerated() {
        let size = ImageSize(height: 33, width: 47)
        let own = space.magnitude(of: operation, strength: Double(bin) / 30, in: size)
        #expect(abs(own - value) < 1e-5, "\(operation) at \(bin)")
      }
    }
  }

  @Test func everyOperationDoesWhatItsNameSays() {
    let sample = Sample(image: TransformReference.image)
    func result(_ operation: AugmentationOperation, _ magnitude: Double) -> Tensor {
      operation.apply(to: sample, magnitude: magnitude, .nearest, fill: 0).image
    }
    #expect(difference(result(.identity, 1), sample.image) == 0)
    #expect(difference(result(.shearX, 0.3), from: "shearX") == 0)
    #expect(difference(result(.shearY, -0.2), from: "shearY") == 0)
    #expect(difference(result(.translateX, 7.9), from: "translateX") == 0)
    #expect(difference(result(.translateY, -4.9), from: "translateY") == 0)
    #expect(difference(result(.rotate, -30), from: "rotate.nearest.-30") == 0)
    #expect(difference(result(.brightness, -0.5), from: "brightness.0.5") == 0)
    #expect(difference(result(.color, 0.6), from: "saturation.1.6") == 0)
    #expect(difference(result(.contrast, 0.7), from: "contrast.1.7") == 0)
    #expect(difference(result(.sharpness, 0.9), from: "sharpness.1.9") == 0)
    #expect(difference(result(.posterize, 3), from: "posterize.3") == 0)
    #expect(difference(result(.solarize, 100.2 / 255), from: "solarize.100.2") == 0)
    #expect(difference(result(.autoContrast, 0), from: "autoContrast.image") == 0)
    #expect(difference(result(.equalize, 0), from: "equalize.image") == 0)
  }

  @Test func magnitudesGoToBothSides() throws {
    var random = RandomSource(seed: 1)
    let gray = Sample(image: Tensor.full([1, 1, 1], 100, dtype: .uint8))
    let levels = (0..<200).map { _ in
      AugmentationSpace.randAugment.apply(
        .brightness, strength: 0.5, to: gray, .nearest, fill: 0, using: &random
      ).image.item(Int.self)
    }
    #expect(Set(levels) == [55, 145])
  }

  @Test func policiesNeedWholeLevels() {
    let float = Sample(image: TransformReference.unit)
    #expect(throws: TransformError.self) { try RandAugment()(float) }
    #expect(throws: TransformError.self) { try TrivialAugmentWide()(float) }
  }
}
