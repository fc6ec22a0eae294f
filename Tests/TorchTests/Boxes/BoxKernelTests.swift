import Foundation
import Testing
import Torch

/// Compares with torchvision's operators on large and on strange inputs; values by Tests/Reference/detection.py.
@Suite struct BoxKernelTests {
  static let reference: StateDict = {
    guard let file = Bundle.module.resourceURL?.appending(path: "Fixtures/kernels.safetensors"),
      let state = try? StateDict(contentsOf: file)
    else { fatalError("Fixtures/kernels.safetensors is missing: run Tests/Reference/detection.py kernels") }
    return state
  }()

  private func value(_ name: String) throws -> Tensor { try #require(BoxKernelTests.reference[name], "\(name)") }

  /// The same numbers as torch.rand's in Python.
  private func random(_ shape: [Int], seed: UInt64) -> Tensor { .rand(shape, generator: Generator(seed: seed)) }

  @Test(arguments: [0.3, 0.6]) func suppressesOfManyBoxesWhatTorchvisionDoes(_ threshold: Double) throws {
    let parts = random([3000, 4], seed: 11)
    let corner = parts[0..., ..<2] * 200
    let boxes = Boxes<XYXY>(Tensor.cat([corner, corner + (parts[0..., 2...] * 55 + 5)], dim: 1))
    let scores = random([3000], seed: 15)
    let groups = (random([3000], seed: 16) * 7).to(.int64)
    #expect(boxes.nms(scores: scores, threshold: threshold).isEqual(to: try value("many.nms.\(threshold)")))
    let batched = boxes.nms(scores: scores, groups: groups, threshold: threshold)
    #expect(batched.isEqual(to: try value("many.batched.\(threshold)")))
  }

  /// Empty boxes, boxes inside out, infinite ones, overflowing areas, scores that are no numbers, overlaps at the threshold.
  @Test(arguments: [0.0, 0.3, 0.5, 1.0]) func suppressesOfStrangeBoxesWhatTorchvisionDoes(_ threshold: Double) throws {
    let boxes = Boxes<XYXY>(try value("strange.boxes"))
    let (scores, groups) = (try value("strange.scores"), try value("strange.groups"))
    #expect(boxes.nms(scores: scores, threshold: threshold).isEqual(to: try value("strange.nms.\(threshold)")))
    let batched = boxes.nms(scores: scores, groups: groups, threshold: threshold)
    #expect(batched.sort().values.isEqual(to: try value("strange.batched.\(threshold)")))
  }

  /// More channels than one worker has, regions partly and wholly outside, as large as a float may be, inside out and empty.
  @Test(
    arguments: [
      (name: "plain", sampling: 2, aligned: false), (name: "adaptive", sampling: 0, aligned: true),
      (name: "huge.plain", sampling: 2, aligned: false), (name: "huge.aligned", sampling: 3, aligned: true),
    ], [DType.float32, .float64])
  func alignsRegionsAsTorchvisionDoes(_ test: (name: String, sampling: Int, aligned: Bool), _ dtype: DType) throws {
    let image = random([2, 70, 38, 50], seed: 17).to(dtype).clone()
    image.requiresGrad = true
    let regions = test.name.hasPrefix("huge") ? try value("huge.rois") : manyRegions()
    let factors = (random([200, 70, 7, 7], seed: 19) - 0.5)[..<regions.shape[0]].to(dtype)
    let result = image.roiAlign(
      regions.to(dtype), size: 7, scale: 0.25, samplingRatio: test.sampling, aligned: test.aligned)
    let weighted = result * factors
    weighted.sum().backward()
    let tolerance = dtype == .float64 ? 1e-9 : 2e-4
    let name = "\(test.name).\(dtype == .float64 ? "float64" : "float32")"
    let sums = weighted.detach().to(.float64).sum(dims: [1, 2, 3])
    #expect(sums.isClose(to: try value("\(name).regions"), relative: tolerance, absolute: tolerance), "\(name)")
    let gradient = try #require(image.grad)
    let products = (gradient * image.detach()).to(.float64).sum(dims: [2, 3])
    #expect(
      products.isClose(to: try value("\(name).gradient"), relative: tolerance, absolute: tolerance),
      "gradient of \(name)")
  }

  private func manyRegions() -> Tensor {
    let parts = random([200, 5], seed: 18)
    let low = parts[0..., 1..<3] * 240 - 40
    return Tensor.cat([(parts[0..., ..<1] * 2).floor(), low, low + parts[0..., 3...] * 120], dim: 1)
  }
}
