import Foundation
import Fovea
import Testing

/// `images.mirrored` and `images.shifted`: an image is judged together with its mirror image, and with both moved.
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

  @Test func movedImagesCountHalf() {
    var input = ClassifierInput(size: ImageSize(4), resize: 4, channels: 1, statistics: .half)
    input.shifted = 1
    let images = Tensor.arange(16).to(.float32).reshape(1, 1, 4, 4)
    // A "network" that gives two of the pixels: the first, and one of the last row.
    let pixels = input.logits(of: images) { Tensor.stack([$0[0, 0, 0, 0], $0[0, 0, 3, 1]]) }
    // Moved one way the first pixel is 5, mirrored from beyond the edge; the other way also 5. For the other, 13, they are 8 and
    // 10: 0 / 2 + (5 + 5) / 4 and 13 / 2 + (8 + 10) / 4.
    #expect(pixels.isClose(to: Tensor([2.5, 11] as [Float])))
    input.mirrored = true
    let both = input.logits(of: images) { $0[.all, 0, 0, 0] }
    #expect(both.isClose(to: Tensor([3.5] as [Float])))  // (0 + 3) / 4 + (5 + 6 + 5 + 6) / 8
  }

  @Test func aRecipeSaysSoAndTheFolderKeepsIt() throws {
    var input = ClassifierInput(size: ImageSize(32), resize: 32, channels: 3, statistics: .half)
    let recipe = try Recipe(yaml: "images: { mirrored: true, shifted: 2 }").images
    (input.mirrored, input.shifted) = (recipe.mirrored, recipe.shifted)
    let read = try JSONDecoder().decode(ClassifierInput.self, from: JSONEncoder().encode(input))
    #expect(read.mirrored == true && read.shifted == 2)
    (input.mirrored, input.shifted) = (nil, nil)
    let text = String(decoding: try JSONEncoder().encode(input), as: UTF8.self)
    #expect(!text.contains("mirrored") && !text.contains("shifted"))
  }
}
