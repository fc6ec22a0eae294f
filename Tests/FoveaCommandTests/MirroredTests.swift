import Foundation
import Fovea
import Testing

/// `images.mirrored`: an image is judged together with its mirror image.
@Suite struct MirroredTests {
  private let network = TinyResNet(
    classes: 3, inputChannels: 3, stemWidth: 8, stages: [.init(width: 8, blocks: 1, stride: 2)])
  private let photograph = (Tensor.rand([3, 32, 32], generator: Generator(seed: 1)) * 255).to(.uint8)

  private func classifier(mirrored: Bool?) -> Classifier {
    var input = ClassifierInput(size: ImageSize(32), resize: 32, channels: 3, statistics: .half)
    input.mirrored = mirrored
    return Classifier(
      network,
      configuration: ClassifierConfiguration(
        architecture: "a network", stem: nil, classNames: ["a", "b", "c"], input: input))
  }

  @Test func aMirroredImageIsJudgedAlike() throws {
    let images = [Image(photograph), Image(photograph.flip(2))]
    let plain = try classifier(mirrored: nil).predict(images, top: 3)
    let mirrored = try classifier(mirrored: true).predict(images, top: 3)
    #expect(abs(plain[0][0].probability - plain[1][0].probability) > 1e-4)
    #expect(
      zip(mirrored[0], mirrored[1]).allSatisfy { $0.label == $1.label && abs($0.probability - $1.probability) < 1e-6 })
  }

  @Test func logitsAreTheMeanOfBoth() {
    let images = Tensor.randn([2, 3, 32, 32], generator: Generator(seed: 2))
    let plain = classifier(mirrored: false)
    let mean = (plain.logits(images) + plain.logits(images.flip(3))) / 2
    #expect(classifier(mirrored: true).logits(images).isClose(to: mean))
  }

  @Test func aRecipeSaysSoAndTheFolderKeepsIt() throws {
    var input = ClassifierInput(size: ImageSize(32), resize: 32, channels: 3, statistics: .half)
    input.mirrored = try Recipe(yaml: "images: { mirrored: true }").images.mirrored
    let read = try JSONDecoder().decode(ClassifierInput.self, from: JSONEncoder().encode(input))
    #expect(read.mirrored == true)
    input.mirrored = nil
    let text = String(decoding: try JSONEncoder().encode(input), as: UTF8.self)
    #expect(!text.contains("mirrored"))
  }
}
