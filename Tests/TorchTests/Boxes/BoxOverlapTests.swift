import Foundation
import Testing
import Torch

/// Compares with torchvision's operators; values by Tests/Reference/detection.py.
@Suite struct BoxOverlapTests {
  static let reference: StateDict = {
    guard let file = Bundle.module.resourceURL?.appending(path: "Fixtures/boxes.safetensors"),
      let state = try? StateDict(contentsOf: file)
    else { fatalError("Fixtures/boxes.safetensors is missing: run Tests/Reference/detection.py") }
    return state
  }()

  private func value(_ name: String) throws -> Tensor { try #require(BoxOverlapTests.reference[name], "\(name)") }

  /// Equal, and NaN in the same places.
  private func expectClose(_ found: Tensor, _ expected: Tensor, _ name: String, tolerance: Double = 1e-5) {
    #expect(found.shape == expected.shape, "\(name)")
    #expect(found.isNaN().isEqual(to: expected.isNaN()), "\(name): NaN")
    #expect(found.nanToNum().isClose(to: expected.nanToNum(), relative: tolerance, absolute: tolerance), "\(name)")
  }

  @Test(arguments: ["random", "degenerate"], [0.3, 0.5, 0.7])
  func suppressesWhatTorchvisionDoes(_ name: String, _ threshold: Double) throws {
    let boxes = Boxes<XYXY>(try value("\(name).boxes"))
    let (scores, groups) = (try value("\(name).scores"), try value("\(name).groups"))
    #expect(boxes.nms(scores: scores, threshold: threshold).isEqual(to: try value("\(name).nms.\(threshold)")))
    let batched = boxes.nms(scores: scores, groups: groups, threshold: threshold)
    // torchvision leaves equal scores in no particular order there.
    let expected = try value("\(name).batched.\(threshold)")
    #expect(batched.sort().values.isEqual(to: expected.sort().values))
    #expect(scores[batched].isEqual(to: scores[expected]))
  }

  @Test(arguments: ["random", "degenerate"], BoxOverlap.allCases)
  func overlapsAreTorchvisions(_ name: String, _ kind: BoxOverlap) throws {
    let boxes = Boxes<XYXY>(try value("\(name).boxes"))
    let others = Boxes<XYXY>(boxes.values.flip(0)[..<(boxes.count / 2)])
    expectClose(boxes.overlaps(kind, with: others), try value("\(name).\(kind.rawValue)"), "\(name) \(kind)")
  }

  @Test(arguments: [BoxOverlap.giou, .diou, .ciou]) func lossesHaveTorchvisionsGradients(_ kind: BoxOverlap) throws {
    let a = try value("pairs.a").clone()
    a.requiresGrad = true
    let losses = 1 - Boxes<XYXY>(a).overlap(kind, with: Boxes(try value("pairs.b")), eps: 1e-7)
    losses.sum().backward()
    expectClose(losses.detach(), try value("pairs.\(kind.rawValue)"), "\(kind)")
    expectClose(try #require(a.grad), try value("pairs.\(kind.rawValue).gradient"), "gradient of \(kind)")
  }

  @Test(arguments: [0, 2], [false, true])
  func alignsRegionsAsTorchvisionDoes(_ sampling: Int, _ aligned: Bool) throws {
    let name = "align.\(sampling).\(aligned ? "aligned" : "plain")"
    for format in [MemoryFormat.contiguous, .channelsLast] {
      let image = try value("align.image").contiguous(format).clone()
      image.requiresGrad = true
      let result = image.roiAlign(
        try value("align.rois"), size: 3, scale: 0.4, samplingRatio: sampling, aligned: aligned)
      (result * (try value("align.weight"))).sum().backward()
      expectClose(result.detach(), try value(name), name)
      expectClose(try #require(image.grad), try value("\(name).gradient"), "gradient of \(name)")
    }
  }

  @Test func alignKeepsTheImagesType() throws {
    let rois = Tensor(rows: [[0, 1.0, 1, 7, 6]])
    let image = Tensor.rand([1, 3, 8, 8], generator: Generator(seed: 1))
    let exact = image.to(.float64).roiAlign(rois, size: 2)
    #expect(exact.dtype == .float64)
    let coarse = image.to(.bfloat16).roiAlign(rois, size: 2)
    #expect(coarse.dtype == .bfloat16)
    #expect(coarse.to(.float64).isClose(to: exact, relative: 0.02, absolute: 0.02))
  }

  @Test(arguments: [
    ([[2.0, 0, 0, 4, 4]], "region 0 is of image 2 of 2"), ([[-1, 0, 0, 4, 4]], "region 0 is of image -1 of 2"),
    ([[0, 0, 0, 4, 4], [1, .nan, 0, 4, 4]], "region 1 is not finite"),
    ([[0, 0, 0, 1e30, 4]], "region 0 is too large"),
  ])
  func impossibleRegionsAreErrors(_ rows: [[Float]], _ message: String) throws {
    let error = try #require(throws: TorchError.self) {
      try withTorchErrors { _ = Tensor.zeros([2, 1, 4, 4]).roiAlign(Tensor(rows: rows), size: 2) }
    }
    #expect("\(error)".contains(message), "\(error)")
  }

  @Test func emptyInputsGiveEmptyResults() {
    #expect(Boxes<XYXY>.empty.nms(scores: .zeros([0]), threshold: 0.5).count == 0)
    #expect(Boxes<XYXY>.empty.overlaps(with: Boxes(.zeros([3, 4]))).shape == [0, 3])
    #expect(Tensor.zeros([1, 2, 4, 4]).roiAlign(.zeros([0, 5]), size: 3).shape == [0, 2, 3, 3])
  }

  @Test func aBoxThatIsNotANumberSuppressesNone() {
    let boxes = Boxes<XYXY>(Tensor(rows: [[.nan, 0, 4, 4], [0, 0, 4, 4], [0, 0, 4, 4.1]]))
    #expect(boxes.nms(scores: Tensor([0.9, 0.8, 0.7]), threshold: 0.5).array(Int.self) == [0, 1])
  }

  @Test func boxesAreCutOffAtTheEdges() {
    let boxes = Boxes<XYXY>(Tensor(rows: [[-3, 2, 20, 5.5], [1, -1, 2, 30]])).clipped(width: 10, height: 8)
    #expect(boxes.values.isEqual(to: Tensor(rows: [[0, 2, 10, 5.5], [1, 0, 2, 8]])))
    #expect(boxes.areAtLeast(3.5).array(Bool.self) == [true, false])
  }

  @Test func alignHasNoSecondDerivative() {
    let image = Tensor.rand([1, 1, 4, 4])
    image.requiresGrad = true
    let result = image.roiAlign(Tensor(rows: [[0, 0.0, 0, 3, 3]]), size: 2).square().sum()
    let first = gradients(of: [result], for: [image], createGraph: true)[0]
    #expect(throws: TorchError.self) { try withTorchErrors { first?.sum().backward() } }
  }
}
