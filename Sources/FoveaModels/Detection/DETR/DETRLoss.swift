import Torch

/// The loss of a set of predictions: each object is learned by the one query that fits it best, all other queries learn
/// that there is nothing.
public struct DETRLoss: Sendable, Hashable {
  /// How much the parts count, in the loss and when queries and objects are matched.
  public var boxWeight = 5.0
  public var giouWeight = 2.0
  /// How much the class counts when queries and objects are matched; it counts 1 in the loss.
  public var classCost = 1.0
  /// How much a query counts that shows nothing; most do.
  public var noObjectWeight = 0.1
  /// Whether every layer of the decoder is taught, or the last one only.
  public var teachesAllLayers = true

  public init() {}

  /// `loss_ce`, `loss_bbox` and `loss_giou`.
  ///
  /// - Parameters:
  ///   - layers: logits `[N, Q, classes + 1]` and boxes `[N, Q, 4]` in parts of the images' sides, of each layer.
  ///   - goals: the objects of each image: boxes `[B, 4]` in the same parts, labels `[B]`.
  public func callAsFunction(
    _ layers: [(logits: Tensor, boxes: Boxes<CXCYWH>)], _ goals: [(boxes: Boxes<CXCYWH>, labels: Tensor)]
  ) -> DetectionLosses {
    let objects = Double(max(1, goals.reduce(0) { $0 + $1.boxes.count }))
    let taught = teachesAllLayers ? layers[...] : layers.suffix(1)
    let parts = taught.map { self.parts($0.logits, $0.boxes, goals, objects: objects) }
    func sum(_ part: KeyPath<(ce: Tensor, box: Tensor, giou: Tensor), Tensor>, _ weight: Double) -> Tensor {
      parts.dropFirst().reduce(parts[0][keyPath: part]) { $0 + $1[keyPath: part] } * weight
    }
    return DetectionLosses([
      ("loss_ce", sum(\.ce, 1)), ("loss_bbox", sum(\.box, boxWeight)), ("loss_giou", sum(\.giou, giouWeight)),
    ])
  }

  private func parts(
    _ logits: Tensor, _ boxes: Boxes<CXCYWH>, _ goals: [(boxes: Boxes<CXCYWH>, labels: Tensor)], objects: Double
  ) -> (ce: Tensor, box: Tensor, giou: Tensor) {
    let nothing = logits.shape[2] - 1
    let labels = Tensor.full(Array(logits.shape.dropLast()), .int(nothing), dtype: .int64, device: logits.device)
    var (found, wanted): ([Tensor], [Tensor]) = ([], [])
    for (image, goal) in goals.enumerated() where !goal.boxes.isEmpty {
      let pairs = match(logits[image], Boxes(boxes.values[image]), goal)
      let queries = Tensor(pairs.map(\.query)).to(logits.device)
      let chosen = Tensor(pairs.map(\.object)).to(logits.device)
      labels[image][queries] = goal.labels[chosen]
      found.append(boxes.values[image][queries])
      wanted.append(goal.boxes.values[chosen])
    }
    let weights = Tensor.ones([nothing + 1], dtype: logits.dtype, device: logits.device)
    weights[nothing] = Tensor(noObjectWeight).to(logits.dtype)
    let ce = logits.transpose(1, 2).crossEntropy(labels, weight: weights)
    guard !found.isEmpty else { return (ce, boxes.values.sum() * 0, boxes.values.sum() * 0) }
    let (a, b) = (Tensor.cat(found), Tensor.cat(wanted).to(boxes.values.dtype))
    let giou = Boxes<CXCYWH>(a).xyxy.overlap(.giou, with: Boxes<CXCYWH>(b).xyxy)
    return (ce, a.l1Loss(b, reduction: .sum) / objects, (1 - giou).sum() / objects)
  }

  /// Which query is to become which object, so that the costs add up to as little as they can.
  private func match(
    _ logits: Tensor, _ boxes: Boxes<CXCYWH>, _ goal: (boxes: Boxes<CXCYWH>, labels: Tensor)
  ) -> [(query: Int, object: Int)] {
    withNoGrad {
      let likely = logits.softmax(dim: 1).indexSelect(dim: 1, goal.labels)
      let distance = boxes.values.cdist(goal.boxes.values.to(boxes.values.dtype), p: 1)
      let giou = boxes.xyxy.overlaps(.giou, with: goal.boxes.xyxy)
      let costs = distance * boxWeight - likely * classCost - giou * giouWeight
      // A model that has gone astray gives NaN: any matching is as good as another then, and the loss will say so.
      let pairs = (try? Hungarian.assignment(costs.nanToNum(1e9))) ?? []
      return pairs.map { ($0.row, $0.column) }
    }
  }
}
