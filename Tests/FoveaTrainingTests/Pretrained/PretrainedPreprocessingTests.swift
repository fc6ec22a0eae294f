import FoveaData
import Testing
import Torch

@testable import FoveaTraining

/// Training shows a published model the images that its evaluation shows it.
@Suite struct PretrainedPreprocessingTests {
  static let processors: [ImageProcessor] = [
    // A ViT squashes, a ResNet cuts the middle out, and timm has roundings of its own.
    ImageProcessor(scaling: .exact(ImageSize(height: 24, width: 24)), statistics: .half),
    ImageProcessor(scaling: .shortestEdge(28), resample: .bicubic, crop: ImageSize(24), statistics: .imageNet),
    ImageProcessor(
      scaling: .shortestEdge(27), resample: .bicubic, crop: ImageSize(24), statistics: .imageNet, convention: .timm),
    ImageProcessor(scaling: .exact(ImageSize(24)), rescaleFactor: nil, statistics: nil),
  ]

  private var still: AugmentationRecipe {
    var recipe = AugmentationRecipe()
    recipe.flip = false
    return recipe
  }

  private let photographs = [(40, 30), (30, 50), (24, 24)].enumerated().map { index, size in
    Sample(
      image: (Tensor.rand([3, size.0, size.1], generator: Generator(seed: UInt64(index))) * 255).to(.uint8),
      label: 0, name: "photograph \(index)")
  }

  private func trained(_ samples: [Sample], _ recipe: AugmentationRecipe, _ input: ClassifierInput) throws -> Batch {
    let training = Preprocessing.training(recipe, input: input, classes: 2, isFixedSize: false)
    var random = RandomSource(seed: 1)
    let shape = try #require(training.sample)
    let shaped = try samples.map { try shape($0, using: &random) }
    return try training.batch(Batch(collating: shaped), using: &random)
  }

  @Test(arguments: processors) func withoutAugmentationImagesAreThoseOfTheEvaluation(_ processor: ImageProcessor) throws
  {
    let input = ClassifierInput(processor, size: ImageSize(24))
    let images = try trained(photographs, still, input).images
    let expected = Tensor.stack(try photographs.map { try input.evaluation($0).image })
    #expect(images.isEqual(to: expected), "\(processor)")
  }

  @Test(arguments: processors) func augmentationsComeBetweenShapeAndValues(_ processor: ImageProcessor) throws {
    let input = ClassifierInput(processor, size: ImageSize(24))
    var recipe = still
    (recipe.cropPadding, recipe.trivialAugment) = (2, true)
    #expect(try trained(photographs, recipe, input).images.shape == [3, 3, 24, 24])
    recipe = still
    recipe.resizedCrop = 0.5
    let images = try trained(photographs, recipe, input).images
    #expect(images.shape == [3, 3, 24, 24] && images.dtype == .float32)
  }

  @Test func greyImagesAreRefused() throws {
    let input = ClassifierInput(Self.processors[0], size: ImageSize(24))
    let grey = Sample(image: .zeros([1, 30, 30], dtype: .uint8), label: 0)
    #expect(throws: TransformError.self) { try trained([grey], still, input) }
  }
}
