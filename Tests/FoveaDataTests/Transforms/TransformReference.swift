import Foundation
import Testing
import Torch

@testable import FoveaData

/// What torchvision and Pillow make of small images; see `Tests/Reference/transforms.py`.
struct TransformReference: Decodable {
  static let shared: TransformReference = {
    guard
      let url = Bundle.module.url(forResource: "transforms", withExtension: "json", subdirectory: "Fixtures"),
      let data = try? Data(contentsOf: url),
      let reference = try? JSONDecoder().decode(TransformReference.self, from: data)
    else { fatalError("Fixtures/transforms.json is missing or not what Tests/Reference/transforms.py writes") }
    return reference
  }()

  struct Packed: Decodable {
    let dtype: String
    let shape: [Int]
    let data: Data

    var tensor: Tensor {
      data.withUnsafeBytes { Tensor(copying: $0, shape: shape, dtype: dtype == "uint8" ? .uint8 : .float32) }
    }
  }

  struct Sizes: Decodable {
    let from: [Int]
    let shortest256: [Int]
    let shortest800AtMost1333: [Int]
    let longest640: [Int]
  }

  struct Strengths: Decodable {
    let isSigned: Bool
    let values: [Double]
  }

  struct Moved: Decodable {
    let image, boxes, masks, points: Packed
    let kept: [Int]
  }

  let tensors: [String: Packed]
  let sizes: [Sizes]
  let policies: [String: [String: Strengths]]
  let boxes, masks, points: Packed
  let joint: [String: Moved]

  static subscript(name: String) -> Tensor {
    guard let packed = shared.tensors[name] else { fatalError("no tensor '\(name)' in transforms.json") }
    return packed.tensor
  }

  static var image: Tensor { self["image"] }
  static var small: Tensor { self["small"] }
  static var unit: Tensor { self["toFloat"] }

  /// An image with four boxes, a mask each, and one key point each.
  static var jointSample: Sample {
    let points = shared.points.tensor
    return Sample(
      image: image, boxes: Boxes(shared.boxes.tensor), boxLabels: Tensor([11, 12, 13, 14] as [Int]),
      masks: shared.masks.tensor,
      keypoints: Tensor.cat([points, Tensor.full([4, 1], 2)], dim: 1).unsqueeze(1),
      labelMap: shared.masks.tensor.amax(dims: [0]))
  }
}

/// The largest difference of two tensors; infinite where their shapes or types differ.
func difference(_ a: Tensor, _ b: Tensor) -> Double {
  guard a.shape == b.shape, a.dtype == b.dtype else { return .infinity }
  if a.count == 0 { return 0 }
  return (a.to(.float64) - b.to(.float64)).abs().max().item()
}

/// The largest difference from a reference of this name.
func difference(_ a: Tensor, from name: String) -> Double { difference(a, TransformReference[name]) }

/// An image whose values are 0, 1, 2, ... in order.
func ramp(_ shape: [Int], dtype: DType = .uint8) -> Tensor {
  Tensor.arange(shape.reduce(1, *)).remainder(256).to(dtype).reshape(shape)
}

/// The name of a test case.
struct Case<Value: Sendable>: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let value: Value

  init(_ name: String, _ value: Value) {
    testDescription = name
    self.value = value
  }
}
