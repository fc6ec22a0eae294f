import FoveaModels
import Testing
import Torch

@Suite(.serialized) struct YOLOTests {
  /// A model small enough to be trained in a test.
  private func small(classes: Int = 3) -> YOLO {
    seedAll(3)
    return YOLO(classes: classes, width: 0.25)
  }

  private func target(_ rows: [[Float]], _ labels: [Int]) -> DetectionTarget {
    DetectionTarget(boxes: rows.isEmpty ? .empty : Boxes(Tensor(rows: rows)), labels: Tensor(labels))
  }

  private func targets(_ boxes: [[Float]], image: Int = 320, level: Int, labels: [Int]? = nil) -> YOLOTargets {
    let stride = YOLO.strides[level]
    return YOLOTargets(
      boxes: Boxes(Tensor(rows: boxes)), images: Tensor(boxes.map { _ in 0 }),
      labels: Tensor(labels ?? boxes.map { _ in 0 }),
      anchors: Tensor(rows: YOLOAnchors.coco[level].map { $0.map(Float.init) }),
      stride: stride, rows: image / stride, columns: image / stride)
  }

  @Test(arguments: [(80, 7_235_389), (5, 7_033_114)]) func hasTheSizeOfTheCollections(_ classes: Int, _ count: Int) {
    #expect(withoutInitialization { YOLO(classes: classes) }.parameterCount() == count)
  }

  @Test func objectsBelongToTheirPlaceAndItsNearestNeighbours() {
    // The centre (100, 85) is 12.5, 10.625 steps of 8: nearest to the right and below.
    let wanted = targets([[92, 75, 108, 95]], level: 0)
    let places = Set(zip(wanted.columns.array(Int.self), wanted.rows.array(Int.self)).map { [$0, $1] })
    #expect(places == [[12, 10], [13, 10], [12, 11]])
    // 16 x 20 pixels are within four times of all three anchors.
    #expect(wanted.count == 9)
    #expect(Set(wanted.anchors.array(Int.self)) == [0, 1, 2])
  }

  @Test func objectsAtTheEdgeHaveNoNeighboursOutside() {
    let wanted = targets([[0, 0, 6, 6], [312, 312, 320, 320]], level: 0)
    #expect(wanted.count > 0)
    for places in [wanted.rows, wanted.columns] {
      #expect(places.array(Int.self).allSatisfy { (0..<40).contains($0) })
    }
  }

  /// The collection's anchors were in pixels where its loss wanted steps, so that the coarsest map learned nothing.
  @Test(arguments: 0..<3) func everyMapLearnsObjectsOfItsAnchorsSize(_ level: Int) {
    for (index, size) in YOLOAnchors.coco[level].enumerated() {
      let (width, height) = (Float(size[0]), Float(size[1]))
      let wanted = targets([[10, 10, 10 + width, 10 + height]], image: 640, level: level)
      #expect(wanted.anchors.array(Int.self).contains(index), "anchor \(size) of stride \(YOLO.strides[level])")
      let steps = wanted.boxes.array(Double.self)
      #expect(abs(steps[2] - size[0] / Double(YOLO.strides[level])) < 1e-4)
    }
  }

  @Test func whatIsWantedIsWhatIsDecoded() {
    let gold: [[Float]] = [[92, 75, 120, 99], [200, 16, 290, 150]]
    for level in 0..<3 {
      let wanted = targets(gold, level: level, labels: [1, 2])
      guard wanted.count > 0 else { continue }
      let side = 320 / YOLO.strides[level]
      let anchors = Tensor(rows: YOLOAnchors.coco[level].map { $0.map(Float.init) })
      let map = Tensor.full([1, 3, side, side, 8], .double(-20))
      // The inverse of decoding: logits of what leads to the gold boxes.
      func logit(_ p: Tensor) -> Tensor { (p / (1 - p)).log() }
      let place = (wanted.images, wanted.anchors, wanted.rows, wanted.columns)
      let center = logit((wanted.boxes[0..., ..<2] + 0.5) / 2)
      let ratio = wanted.boxes[0..., 2...] * YOLO.strides[level] / anchors[wanted.anchors]
      let rest = Tensor.cat([Tensor.full([wanted.count, 1], 20), wanted.labels.oneHot(classes: 3) * 40 - 20], dim: 1)
      map[place.0, place.1, place.2, place.3] = Tensor.cat([center, logit(ratio.sqrt() / 2), rest], dim: 1).to(.float32)
      let (boxes, scores) = YOLO.decode(map, anchors: anchors, stride: YOLO.strides[level])
      let sure = (scores[0].amax(dims: [1]) .> 0.9).nonzero().squeeze(1)
      #expect(sure.count == wanted.count)
      let labels = scores[0][sure].argmax(dim: 1).array(Int.self)
      for (box, label) in zip(boxes.values[0][sure].unbind(), labels) {
        #expect(box.agrees(with: Tensor(gold[label - 1]), relative: 1e-3, absolute: 0.05), "level \(level): \(box)")
      }
    }
  }

  /// The collection asked a model in evaluation mode, which gave boxes, for its loss.
  @Test func theLossIsThereInEvaluationModeToo() {
    let model = small().eval()
    let images = ImageList(Tensor.rand([1, 3, 64, 64], generator: Generator(seed: 1)))
    let losses = withNoGrad { model.losses(images, [target([[8, 8, 40, 50]], [1])]) }
    #expect(losses.parts.map(\.name) == ["loss_box", "loss_objectness", "loss_class"])
    #expect(losses.parts.allSatisfy { Double($0.value).isFinite && Double($0.value) > 0 })
  }

  /// The collection threw gradients away at the beginning of every batch that it wanted to add up.
  @Test func gradientsOfBatchesAddUp() throws {
    let model = small().eval()
    let images = Tensor.rand([2, 3, 64, 64], generator: Generator(seed: 1))
    let gold = [target([[8, 8, 40, 50]], [1]), target([[20, 4, 60, 30]], [2])]
    func gradient(_ places: [Int]) throws -> Tensor {
      model.zeroGrad()
      for place in places {
        model.losses(ImageList(images[place...place]), [gold[place]]).total.backward()
      }
      return try #require(model.parameters().first?.grad).clone()
    }
    let both = try gradient([0, 1])
    #expect(both.agrees(with: try gradient([0]) + gradient([1]), relative: 1e-3, absolute: 1e-4))
    #expect(Double(both.norm()) > 0)
  }

  @Test func imagesWithoutObjectsAreLearnedFrom() {
    let model = small()
    let losses = model.losses(
      ImageList(Tensor.rand([2, 3, 64, 64], generator: Generator(seed: 1))), [target([], []), target([], [])])
    losses.total.backward()
    #expect(Double(losses["loss_box"]?.detach() ?? 1) == 0)
    #expect(Double(losses["loss_class"]?.detach() ?? 1) == 0)
    #expect(Double(losses["loss_objectness"]?.detach() ?? 0) > 0)
  }

  @Test func aFewStepsBringTheLossDown() {
    let model = small()
    let images = ImageList(Tensor.rand([1, 3, 96, 96], generator: Generator(seed: 1)))
    let gold = [target([[10, 20, 50, 70], [60, 10, 90, 40]], [0, 2])]
    let optimizer = AdamW(model, learningRate: 5e-3)
    var losses: [Double] = []
    for _ in 0..<15 {
      let loss = model.losses(images, gold).total
      losses.append(Double(loss.detach()))
      loss.backward()
      optimizer.step()
      optimizer.zeroGrad()
    }
    #expect(losses[14] < 0.8 * losses[0], "\(losses)")
  }

  @Test func foundObjectsLieInTheirImages() {
    let model = small(classes: 2).eval()
    model.options.scoreThreshold = 0.0
    let sizes = [ImageList.Size(height: 50, width: 64), .init(height: 64, width: 30)]
    let images = ImageList(Tensor.rand([2, 3, 64, 64], generator: Generator(seed: 1)), sizes: sizes)
    for (found, size) in zip(withNoGrad { model.detect(images) }, sizes) {
      #expect(found.count > 0 && found.count <= 100)
      let corners = found.boxes.values.amax(dims: [0]).array(Double.self)
      #expect(corners[2] <= Double(size.width) && corners[3] <= Double(size.height))
      #expect(found.labels.array(Int.self).allSatisfy { (0..<2).contains($0) })
    }
  }

  @Test func anchorsAreSavedWithTheWeights() throws {
    let model = YOLO(
      classes: 2, anchors: [[[1, 2], [3, 4]], [[5, 6], [7, 8]], [[9, 10], [11, 12]]], width: 0.25)
    let other = YOLO(classes: 2, anchors: [[[1, 1], [1, 1]], [[1, 1], [1, 1]], [[1, 1], [1, 1]]], width: 0.25)
    try other.loadStateDict(model.stateDict())
    #expect(other.anchors.value.flatten().array(Int.self) == Array(1...12))
  }
}

@Suite struct YOLOAnchorTests {
  /// Boxes around nine sizes, a few of each.
  private let centers: [(width: Double, height: Double)] = [
    (10, 12), (15, 30), (30, 20), (40, 80), (60, 45), (80, 120), (150, 90), (160, 240), (400, 300),
  ]

  private var sizes: [(width: Double, height: Double)] {
    centers.flatMap { size in (-2...2).map { (size.width * (1 + Double($0) / 50), size.height * (1 - Double($0) / 50)) }
    }
  }

  @Test(arguments: 0..<4) func kMeansFindsTheSizesOfASet(_ seed: UInt64) throws {
    let anchors = try #require(YOLOAnchors.fit(sizes: sizes, seed: seed))
    #expect(anchors.map(\.count) == [3, 3, 3])
    let areas = anchors.joined().map { $0[0] * $0[1] }
    #expect(areas == areas.sorted())
    #expect(YOLOAnchors.meanBestOverlap(anchors, sizes: sizes) > 0.85)
    #expect(
      YOLOAnchors.meanBestOverlap(anchors, sizes: sizes) > YOLOAnchors.meanBestOverlap(YOLOAnchors.coco, sizes: sizes))
  }

  @Test func tooFewSizesGiveNone() {
    #expect(YOLOAnchors.fit(sizes: Array(repeating: (10, 10), count: 50)) == nil)
    #expect(YOLOAnchors.fit(sizes: []) == nil)
    #expect(YOLOAnchors.fit(sizes: [(.nan, 3), (0, 4), (-1, 2), (.infinity, 1)]) == nil)
  }
}
