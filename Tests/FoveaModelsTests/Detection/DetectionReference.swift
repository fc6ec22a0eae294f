import Foundation
import FoveaModels
import Testing
import Torch

/// What Tests/Reference/detection.py or yolo.py wrote, and the same made-up weights, images and targets.
struct DetectionReference {
  let values: StateDict

  init(_ name: String) {
    guard let file = Bundle.module.resourceURL?.appending(path: "Fixtures/\(name).safetensors"),
      let values = try? StateDict(contentsOf: file)
    else { fatalError("Fixtures/\(name).safetensors is missing: run Tests/Reference/detection.py and yolo.py") }
    self.values = values
  }

  func callAsFunction(_ name: String) throws -> Tensor { try #require(values[name], "\(name)") }

  static let numbers = MadeUpNumbers()

  static let sizes = [
    ImageList.Size(height: 64, width: 80), .init(height: 48, width: 96), .init(height: 64, width: 96),
  ]

  /// Three images, each in the top left corner, zeros elsewhere.
  static var images: ImageList {
    let images = Tensor.zeros([3, 3, 64, 96])
    for (index, size) in sizes.enumerated() {
      images[index, 0..., 0..<size.height, 0..<size.width] = numbers(1000 * index, [3, size.height, size.width])
    }
    return ImageList(images.to(.float64), sizes: sizes)
  }

  static var targets: [DetectionTarget] {
    [
      DetectionTarget(boxes: Boxes(Tensor(rows: [[4.0, 6, 40, 50], [30, 20, 60, 44]])), labels: Tensor([0, 1])),
      DetectionTarget(boxes: .empty, labels: Tensor([Int]())),
      DetectionTarget(boxes: Boxes(Tensor(rows: [[10.0, 12, 24, 30]])), labels: Tensor([2])),
    ]
  }

  /// Weights by their names. YOLO's anchors stay.
  static func fill(_ model: Module) {
    for (key, tensor) in model.stateDict() where !key.hasSuffix("num_batches_tracked") && key != "anchors" {
      let values = numbers(Int(fnv(key) % 10007), tensor.shape.sizes)
      if tensor.rank > 1 {
        tensor.copy_(values.mul_((6 / Double(tensor.shape.dropFirst().reduce(1, *))).squareRoot()))
      } else if key.hasSuffix("weight") || key.hasSuffix("running_var") {
        tensor.copy_(0.7 + 0.2 * values)
      } else {
        tensor.copy_(0.1 * values)
      }
    }
  }

  static func fnv(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// Of all names and shapes, sorted.
  static func keyHash(_ model: Module) -> Int {
    let lines = model.stateDict().map { "\($0.key) \($0.value.shape)\n" }.sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }
    return Int(truncatingIfNeeded: Int64(bitPattern: fnv(lines.joined()) &- (1 << 63)))
  }

  /// Compares losses, their gradients and, in use, the objects that are found.
  func expectSame(_ model: any ObjectDetector, images: ImageList, targets: [DetectionTarget]) throws {
    let losses = model.losses(images, targets)
    for (name, value) in losses.parts {
      #expect(value.detach().reshape(1).agrees(with: try self("loss.\(name)"), relative: 1e-6), "\(name)")
    }
    #expect(values.keys.filter { $0.hasPrefix("loss.") }.count == losses.parts.count)
    losses.total.backward()
    try expectSameGradients(model)
    model.eval()
    for (index, found) in withNoGrad({ model.detect(images) }).enumerated() {
      try expectSame(found, "found.\(index)")
    }
  }

  func expectSame(_ found: Detections, _ name: String) throws {
    #expect(found.labels.isEqual(to: try self("\(name).labels")), "\(name)")
    #expect(found.boxes.values.agrees(with: try self("\(name).boxes"), relative: 1e-4, absolute: 1e-4), "\(name)")
    #expect(found.scores.agrees(with: try self("\(name).scores"), relative: 1e-4, absolute: 1e-6), "\(name)")
  }

  func expectSameGradients(_ model: Module, tolerance: Double = 1e-5) throws {
    let parameters = model.namedParameters()
    let names = Set(values.keys.filter { $0.hasPrefix("gradient.") }.map { String($0.dropFirst(9)) })
    #expect(Set(parameters.filter { $0.parameter.grad != nil }.map(\.name)) == names)
    for (name, parameter) in parameters {
      guard let gradient = parameter.grad else { continue }
      let expected = try self("gradient.\(name)").array(Double.self)
      let value = parameter.value.detach()
      #expect(abs(Double(gradient.norm()) - expected[0]) <= tolerance * expected[0] + 1e-12, "length of \(name)'s")
      let scale = expected[0] * Double(value.norm())
      #expect(
        abs(Double(gradient.flatten().matmul(value.flatten())) - expected[1]) <= tolerance * scale + 1e-12, "\(name)")
    }
  }
}

extension Tensor {
  /// Whether shape and numbers agree, whatever their types.
  func agrees(with other: Tensor, relative: Double, absolute: Double = 1e-8) -> Bool {
    shape == other.shape && to(.float64).isClose(to: other.to(.float64), relative: relative, absolute: absolute)
  }
}
