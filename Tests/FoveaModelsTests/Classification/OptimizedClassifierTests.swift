import FoveaModels
import Testing
import Torch

// One after the other, since the largest hold their weights twice.
@Suite(.serialized) struct OptimizedClassifierTests {
  /// A classifier with made-up weights and an image that is as small as it bears.
  private static func small(_ architecture: ClassifierArchitecture) throws -> (any ImageClassifier, Tensor) {
    let size = architecture.name == "small_vgg" ? 224 : architecture.name == "tiny_resnet" ? 28 : 32
    let stem: Stem? = architecture.name.hasPrefix("vgg") ? .cifar : nil
    let model = try withoutInitialization { try architecture.make(classes: 10, stem: stem, imageSize: size) }.eval()
    ClassifierTests.numbers.fill(model)
    return (model, ClassifierTests.numbers(17, [2, architecture.inputChannels, size, size]))
  }

  /// Every convolutional network, and of the transformers one of each kind: sizes and patches are only numbers.
  private static let names = ClassifierArchitecture.all.map(\.name).filter { name in
    let families = ["vit_", "deit_", "dinov2_", "convnext_"]
    return !families.contains { name.hasPrefix($0) }
      || ["vit_tiny_patch16_224", "deit_tiny_distilled_patch16_224", "dinov2_small_reg4", "convnext_tiny"].contains(
        name)
  }

  @Test(arguments: names) func computesWhatThePlainModelDoes(_ name: String) throws {
    let (model, images) = try Self.small(ClassifierArchitecture.named(name))
    let expected = withNoGrad { model(images) }
    var unfolded = 0
    for case let norm as BatchNorm2d in model.namedModules().map(\.module) {
      norm.forwardHook = { _, _ in unfolded += 1 }
    }
    let optimized = model.optimized(for: images.shape)
    let found = optimized(images)
    let largest = Double(expected.abs().max())
    #expect(largest > 0.01)
    #expect(Double((found - expected).abs().max()) <= 1e-4 * largest)
    // Three of this one's stand behind a pooling; packing runs them once, and the model once more.
    #expect(unfolded == (name == "airbench94" ? 6 : 0), "normalisations that were not folded in")
    let layers = model.namedModules().filter { $0.module is Conv2d || $0.module is Linear }
    #expect(optimized.packedLayerCount == layers.count)
  }

  @Test func bfloat16IsCloseToFloat32() throws {
    let (model, images) = try Self.small(ClassifierArchitecture.named("tiny_resnet"))
    let expected = withNoGrad { model(images) }
    let found = model.optimized(dtype: .bfloat16)(images)
    #expect(Double((found.to(.float32) - expected).abs().max()) <= 0.05 * Double(expected.abs().max()))
  }

  @Test func featureMapsAreThoseOfThePlainModel() {
    let model = withoutInitialization { ResNet(.resnet18) }.eval()
    ClassifierTests.numbers.fill(model)
    let images = ClassifierTests.numbers(17, [1, 3, 64, 32])
    let expected = withNoGrad { model.features(images) }
    let found = model.optimized().run { model.features(images) }
    #expect(found.count == 4)
    for (found, expected) in zip(found, expected) {
      #expect(Double((found - expected).abs().max()) <= 1e-4 * Double(expected.abs().max()))
    }
  }
}
