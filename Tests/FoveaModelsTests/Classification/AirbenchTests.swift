import FoveaModels
import Testing
import Torch

@Suite struct AirbenchTests {
  /// Images whose pixels depend on their neighbours and whose channels depend on each other.
  private static func images() -> Tensor {
    let noise = Tensor.randn([64, 3, 18, 18], generator: Generator(seed: 1))
    let smooth = noise.avgPool2d(3, stride: 1)
    return smooth + 0.5 * smooth[.all, 0..<1] + 0.05 * noise[.all, .all, 1..<17, 1..<17]
  }

  @Test func whitenedPatchesHaveNoCorrelations() {
    let model = Airbench()
    let images = Self.images()
    model.whiten(images)
    let maps = withNoGrad { model.whitening(images) }  // [N, 24, 15, 15]
    let half = maps[.all, 0..<12].transpose(0, 1).flatten(from: 1)
    let covariance = half.matmul(half.mT) / Double(half.shape[1])
    // Strong directions have the variance 1, none correlates with another.
    let variances = covariance.diagonal()
    #expect(abs(variances[11].item(Double.self) - 1) < 0.01)
    #expect(variances.max().item(Double.self) < 1.0001)
    #expect((covariance - Tensor.eye(12) * variances).abs().max().item(Double.self) < 1e-3)
    #expect((maps[.all, 0..<12] + maps[.all, 12...]).abs().max().item(Double.self) < 1e-6)
    #expect(!model.whitening.weight.value.requiresGrad && model.whitening.bias?.value.requiresGrad == true)
  }

  @Test func blocksStartByPassingOnWhatTheyGet() throws {
    let model = Airbench(widths: [32])
    let weights = model.stateDict()
    let first = try #require(weights["blocks.0.conv1.weight"])
    let x = Tensor.randn([2, 24, 8, 8], generator: Generator(seed: 2))
    #expect(x.conv2d(first, padding: 1)[.all, 0..<24].isEqual(to: x))
    #expect(first[24..<32].std().item(Double.self) > 0.01)
  }

  @Test func scalesOfNormalisationsAreNotLearned() throws {
    let learned = Airbench().namedParameters().filter { $0.parameter.value.requiresGrad }.map(\.name)
    #expect(learned.contains("blocks.0.bn1.bias") && !learned.contains("blocks.0.bn1.weight"))
  }

  @Test func greyImagesAndOtherSizesPass() {
    let model = Airbench(classes: 3, inputChannels: 1)
    #expect(model(Tensor.zeros([2, 1, 28, 40])).shape == [2, 3])
  }
}
