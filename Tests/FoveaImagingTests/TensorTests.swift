import Testing
import Torch

@testable import FoveaImaging

@Suite struct TensorTests {
  @Test(arguments: [1, 3, 4]) func imageAndBack(channels: Int) {
    let image = sample(width: 5, height: 3, channels: channels)
    let tensor = image.tensor
    #expect(tensor.shape == [channels, 3, 5] && tensor.dtype == .uint8)
    for y in 0..<3 {
      for x in 0..<5 {
        for channel in 0..<channels {
          #expect(tensor[channel, y, x].item(UInt8.self) == image[x, y, channel])
        }
      }
    }
    #expect(Image(tensor) == image)
    #expect(Image(tensor.contiguous()) == image)
  }

  @Test func channelsAreLastInMemory() {
    let batch = sample(width: 5, height: 3, channels: 3).tensor.unsqueeze(0)
    #expect(batch.isContiguous(.channelsLast))
  }

  @Test func floatsGoFromZeroToOne() {
    let image = Image(Tensor([0, 0.5, 1, -2, 7, .nan] as [Float], shape: [1, 2, 3]))
    #expect(image.pixels == [0, 128, 255, 0, 255, 0])
    #expect(Image(Tensor([0, 1, 0.25] as [Double], shape: [3, 1, 1])).pixels == [0, 255, 64])
    #expect(Image(Tensor([1, 0.2] as [Float], shape: [1, 1, 2]).to(.bfloat16)).pixels == [255, 51])
  }

  @Test func masksAndGreyPlanes() {
    #expect(Image(Tensor([true, false], shape: [1, 2])).pixels == [255, 0])
    let plane = Image(Tensor([7, 8, 9] as [UInt8], shape: [3, 1]))
    #expect(plane.channels == 1 && plane.height == 3 && plane.pixels == [7, 8, 9])
  }

  @Test func changingTheTensorLeavesTheImage() {
    let image = sample(width: 2, height: 2, channels: 3)
    let before = image
    _ = image.tensor.zero_()
    #expect(image == before)
  }
}
