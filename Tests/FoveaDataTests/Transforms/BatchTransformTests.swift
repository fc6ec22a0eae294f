import Testing
import Torch

@testable import FoveaData

@Suite struct BatchTransformTests {
  let images = ramp([16, 3, 12, 10])

  private func batch(_ images: Tensor, labels: Tensor? = nil) -> Batch {
    Batch(images: images, labels: labels, indices: Array(0..<images.shape[0]))
  }

  /// The batch form draws for one image after another, so it equals the sample form fed from the same source.
  @Test(
    arguments: [
      RandomCrop(ImageSize(height: 11, width: 9), padding: 3, fill: 4), RandomCrop(20), RandomCrop(32, reflects: true),
      RandomHorizontalFlip(), RandomVerticalFlip(probability: 0.7), ToFloat(), Normalize(.cifar10),
      RandomErasing(fill: .value(2)),
      RandomErasing(fill: .noise), Cutout(length: 5),
    ] as [any Transform & BatchTransform])
  func equalsTheSampleForm(_ transform: any Transform & BatchTransform) throws {
    var forBatch = RandomSource(seed: 11)
    var forSamples = RandomSource(seed: 11)
    let together = try transform(batch(images), using: &forBatch).images
    let oneByOne = try (0..<16).map { try transform(Sample(image: images[$0]), using: &forSamples).image }
    #expect(difference(together, .stack(oneByOne)) == 0)
    #expect(difference(images, ramp([16, 3, 12, 10])) == 0, "what went in is not changed")
  }

  /// Decoded images lie so in memory.
  @Test(
    arguments: [
      RandomHorizontalFlip(), RandomVerticalFlip(), AlternatingFlip(), Normalize(.cifar10),
      RandomCrop(20, padding: 6, reflects: true),
    ] as [any BatchTransform], [DType.uint8, .float32])
  func channelsMayLieLast(_ transform: any BatchTransform, dtype: DType) throws {
    let planes = images.to(dtype)
    let last = planes.contiguous(.channelsLast)
    var (random, again) = (RandomSource(seed: 12), RandomSource(seed: 12))
    let expected = try transform(batch(planes), using: &random).images
    #expect(difference(try transform(batch(last), using: &again).images, expected) == 0)
    #expect(difference(last, planes) == 0, "what went in is not changed")
  }

  @Test func imagesWhoseChannelsLieLastStaySo() throws {
    let rows = ramp([2, 5, 4, 3])
    let together = try Batch(collating: (0..<2).map { Sample(image: rows[$0].permute(2, 0, 1)) }).images
    #expect(together.isContiguous(.channelsLast) && difference(together, rows.permute(0, 3, 1, 2)) == 0)
    let resized = try Resize(.fixed(ImageSize(height: 3, width: 7)))(Sample(image: rows[0].permute(2, 0, 1))).image
    let planes = try Resize(.fixed(ImageSize(height: 3, width: 7)))(
      Sample(image: rows[0].permute(2, 0, 1).contiguous())
    ).image
    #expect(difference(resized, planes) == 0)
  }

  /// Against PyTorch's own `reflect`, which has no more border than the image; beyond that it goes to and fro.
  @Test func reflectedWindowsGoOnMirrored() {
    let window = CropWindow(top: -4, left: -2, size: ImageSize(height: 17, width: 15))
    let wide = images.to(.float32).pad([2, 3, 4, 1], mode: .reflect)
    #expect(difference(images.to(.float32).reflected(in: window), wide) == 0)
    let row = Tensor.arange(3).reshape(1, 1, 3)
    let reflected = row.reflected(in: CropWindow(top: 0, left: -5, size: ImageSize(height: 1, width: 12)))
    #expect(reflected.flatten().array(Int.self) == [1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2])
  }

  @Test func cifarPresets() throws {
    let cifar = ramp([8, 3, 32, 32])
    var random = RandomSource(seed: 1)
    let training: any BatchTransform = .cifarTraining()
    let evaluation: any BatchTransform = .cifarEvaluation(.cifar100)
    let trained = try training(batch(cifar), using: &random).images
    #expect(trained.shape == [8, 3, 32, 32])
    #expect(trained.dtype == .float32)
    let evaluated = try evaluation(batch(cifar), using: &random).images
    #expect(difference(evaluated, ChannelStatistics.cifar100.normalized(cifar)) == 0)
  }

  @Test func whatABatchFormDoesNotMoveIsAnError() {
    var detection = batch(images)
    detection.boxes = Array(repeating: Boxes(.zeros([1, 4])), count: 16)
    var random = RandomSource(seed: 1)
    #expect(throws: TransformError.self) { try RandomCrop(8)(detection, using: &random) }
    #expect(throws: TransformError.self) { try RandomHorizontalFlip()(detection, using: &random) }
    #expect(throws: TransformError.self) { try CutMix(classes: 10)(detection, using: &random) }
    #expect(throws: Never.self) { try Normalize(.cifar10)(detection, using: &random) }
  }

  @Test func mixUpMixesImagesAndLabelsAlike() throws {
    // Image i is full of i, and its label is i: whatever the share, the image's value is the label's mean.
    let values = Tensor.arange(4)
    let plain = batch(values.to(.float32).reshape(4, 1, 1, 1).expand(4, 1, 2, 2).contiguous(), labels: values)
    var random = RandomSource(seed: 2)
    var shares: [Double] = []
    for _ in 0..<30 {
      let mixed = try MixUp(alpha: 1, classes: 4)(plain, using: &random)
      let labels = try #require(mixed.labels)
      #expect(labels.shape == [4, 4])
      #expect(difference(labels.sum(dim: 1), .ones([4])) < 1e-6)
      let means = labels.matmul(values.to(.float32))
      #expect(difference(mixed.images, means.reshape(4, 1, 1, 1).expand(4, 1, 2, 2)) < 1e-5)
      shares.append(labels[1, 1].item())
      #expect(abs(labels[1, 0].item(Double.self) - (1 - (shares.last ?? 0))) < 1e-6)
    }
    #expect(Set(shares).count == 30)
    #expect(difference(plain.images[3], .full([1, 2, 2], 3)) == 0)
  }

  @Test func cutMixGivesLabelsTheAreas() throws {
    let values = Tensor.arange(5)
    let plain = batch(values.to(.uint8).reshape(5, 1, 1, 1).expand(5, 1, 16, 12).contiguous(), labels: values)
    var random = RandomSource(seed: 3)
    for _ in 0..<30 {
      let mixed = try CutMix(classes: 5)(plain, using: &random)
      let labels = try #require(mixed.labels)
      // Image 2 is made of pixels 2 and 1 only, in the proportion of its label.
      let own = (mixed.images[2] .== 2).sum().item(Double.self) / 192
      let other = (mixed.images[2] .== 1).sum().item(Double.self) / 192
      #expect(own + other == 1)
      #expect(abs(labels[2, 2].item(Double.self) - own) < 1e-6)
      #expect(abs(labels[2, 1].item(Double.self) - other) < 1e-6)
    }
  }

  @Test func mixedLabelsCanBeMixedAgain() throws {
    let plain = batch(.rand([4, 1, 2, 2]), labels: Tensor([0, 1, 2, 0] as [Int]))
    var random = RandomSource(seed: 4)
    let both: BatchTransforms = [CutMix(classes: 3), MixUp(classes: 3), RandomChoice([MixUp(classes: 3)])]
    let labels = try #require(try both(plain, using: &random).labels)
    #expect(difference(labels.sum(dim: 1), .ones([4])) < 1e-6)
    #expect(throws: TransformError.self) { try MixUp(classes: 4)(both(plain, using: &random), using: &random) }
  }

  @Test func mixingRefusesWhatItCannotMix() {
    var random = RandomSource(seed: 5)
    #expect(throws: TransformError.self) { try MixUp(classes: 3)(batch(images), using: &random) }
    let float = images.to(.float32)
    #expect(throws: TransformError.self) { try MixUp(classes: 3)(batch(float), using: &random) }
    let labels = Tensor(Array(0..<16))
    #expect(throws: TransformError.self) { try MixUp(classes: 15)(batch(float, labels: labels), using: &random) }
    #expect(throws: Never.self) { try MixUp(classes: 16)(batch(float, labels: labels), using: &random) }
  }
}
