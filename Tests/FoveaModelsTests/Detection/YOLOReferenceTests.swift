import FoveaModels
import Testing
import Torch

/// Compares with the implementation of Tests/Reference/yolo.py, written by the published table of the layers and the papers.
@Suite(.serialized) struct YOLOReferenceTests {
  static let reference = DetectionReference("yolo")

  private func value(_ name: String) throws -> Tensor { try YOLOReferenceTests.reference(name) }

  /// The network of the reference, in double precision.
  private func small() throws -> YOLO {
    let values = try value("anchors").array(Double.self)
    let anchors = (0..<3).map { map in
      (0..<3).map { Array(values[(map * 3 + $0) * 2..<(map * 3 + $0 + 1) * 2]) }
    }
    let model = withoutInitialization { YOLO(classes: 3, anchors: anchors, width: 0.25) }
    DetectionReference.fill(model)
    model.to(.float64)
    return model
  }

  private func targets() throws -> [DetectionTarget] {
    try (0..<3).map {
      DetectionTarget(boxes: Boxes(try value("target.\($0).boxes")), labels: try value("target.\($0).labels"))
    }
  }

  @Test func predictionsLossesAndGradientsAreTheReferences() throws {
    let model = try small()
    let images = DetectionReference.images
    let maps = model.predictions(images.images)
    for (level, map) in maps.enumerated() {
      #expect(map.detach().agrees(with: try value("map.\(level)"), relative: 1e-4, absolute: 1e-5), "map \(level)")
    }
    for kind in [BoxOverlap.giou, .ciou] {
      var loss = YOLOLoss()
      loss.overlap = kind
      let losses = loss(maps, try targets(), anchors: model.anchors.value, imageSize: images.paddedSize)
      #expect(losses.parts.map(\.name) == ["loss_box", "loss_objectness", "loss_class"])
      for (name, part) in losses.parts {
        let expected = try value("\(kind).\(name)")
        #expect(part.detach().reshape(1).agrees(with: expected, relative: 1e-4), "\(kind) \(name): \(part) \(expected)")
      }
      if kind == model.loss.overlap { losses.total.backward() }
    }
    try YOLOReferenceTests.reference.expectSameGradients(model, tolerance: 1e-4)
    for key in YOLOReferenceTests.reference.values.keys where key.hasPrefix("whole.") {
      let parameter = try #require(model.namedParameters().first { "whole.\($0.name)" == key }, "\(key)").parameter
      let gradient = try #require(parameter.grad, "\(key)")
      #expect(gradient.agrees(with: try value(key), relative: 1e-4, absolute: 1e-6), "\(key)")
    }
  }

  /// Neighbours, the limit of the sides' ratio and the edges of the maps.
  @Test(arguments: 0..<3) func theSamePredictionsLearnTheSameObjects(_ level: Int) throws {
    let targets = try targets()
    let stride = YOLO.strides[level]
    let wanted = YOLOTargets(
      boxes: Boxes(Tensor.cat(targets.map(\.boxes.values))),
      images: Tensor(targets.enumerated().flatMap { Array(repeating: $0, count: $1.labels.count) }),
      labels: Tensor.cat(targets.map(\.labels)), anchors: try value("anchors")[level], stride: stride,
      rows: 64 / stride, columns: 96 / stride)
    let columns = [wanted.images, wanted.anchors, wanted.rows, wanted.columns, wanted.labels]
    let rows = Tensor.stack(columns, dim: 1).unbind().map { $0.array(Int.self) }
    let expected = try value("wanted.\(level)").unbind().map { $0.array(Int.self) }
    #expect(rows.sorted { $0.lexicographicallyPrecedes($1) } == expected)
  }

  @Test func decodedBoxesAndObjectsAreTheReferences() throws {
    let model = try small()
    let images = DetectionReference.images
    // One step's statistics are part of what is used.
    withNoGrad { _ = model.predictions(images.images) }
    model.eval()
    let maps = withNoGrad { model.predictions(images.images) }
    let rows = maps.indices.map {
      YOLO.decode(maps[$0], anchors: model.anchors.value[$0], stride: YOLO.strides[$0])
    }
    let boxes = Tensor.cat(rows.map { $0.boxes.values[2] }, dim: 0)
    #expect(boxes.agrees(with: try value("boxes"), relative: 1e-4, absolute: 1e-4))
    let scores = Tensor.cat(rows.map { $0.scores[2] }, dim: 0)
    #expect(scores.agrees(with: try value("scores"), relative: 1e-4, absolute: 1e-6))
    (model.options.scoreThreshold, model.options.suppression, model.options.limit) = (0.255, 0.5, 20)
    for (index, found) in withNoGrad({ model.detect(images) }).enumerated() {
      try YOLOReferenceTests.reference.expectSame(found, "found.\(index)")
    }
  }
}
