import Foundation
import Fovea
import Testing

@Suite struct ExplainTests {
  private func classifier(_ model: any ImageClassifier, resize: Int = 32) -> Classifier {
    Classifier(
      model,
      configuration: ClassifierConfiguration(
        architecture: "a network", stem: nil, classNames: ["a", "b", "c"],
        input: ClassifierInput(size: ImageSize(32), resize: resize, channels: 3, statistics: .half)))
  }

  private let transformer: VisionTransformer = {
    var configuration = VisionTransformer.Configuration(width: 16, depth: 2, heads: 2)
    configuration.imageSize = 32
    configuration.patchSize = 8
    return VisionTransformer(configuration, classes: 3)
  }()

  private let photograph = Image((Tensor.rand([3, 40, 60], generator: Generator(seed: 1)) * 255).to(.uint8))

  @Test func aTransformerIsExplainedByItsAttention() throws {
    let explanation = try classifier(transformer).explain(photograph)
    #expect(explanation.method == "attention roll-out")
    #expect(explanation.prediction == (try classifier(transformer).predict(photograph, top: 1)[0]))
    #expect(explanation.image.width == 60 && explanation.image.height == 40)
    // The network saw the middle 40 columns; the others are darkened, to two fifths.
    let (old, new) = (photograph.tensor.to(.float32), explanation.image.tensor.to(.float32))
    #expect(Double((new[.all, .all, ..<10] - old[.all, .all, ..<10] * 0.4).abs().max()) <= 1)
    #expect(!new[.all, .all, 10..<50].isClose(to: old[.all, .all, 10..<50] * 0.4))
  }

  @Test func aConvolutionalNetworkIsExplainedByGradCAMForAnyClass() throws {
    let network = TinyResNet(
      classes: 3, inputChannels: 3, stemWidth: 8, stages: [.init(width: 8, blocks: 1, stride: 2)])
    for index in 0..<3 {
      let explanation = try classifier(network).explain(photograph, class: index)
      #expect(explanation.method == "Grad-CAM" && explanation.prediction.index == index)
    }
    #expect(throws: ExplanationError.self) { try classifier(network).explain(photograph, class: 3) }
  }

  @Test func theHottestPlaceIsReddestAndTheColdestAsItWas() {
    let grey = Image(Tensor.full([3, 4, 8], 0.5))
    let drawn = Heatmap(Tensor([0.0, 1.0]).reshape(1, 2)).drawn(over: grey)
    #expect(drawn[0, 0, 0] == 128 && drawn[0, 0, 2] == 128)
    #expect(drawn[7, 3, 0] > 190 && drawn[7, 3, 1] < 70 && drawn[7, 3, 2] < 70)
  }
}
