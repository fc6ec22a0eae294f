import Torch

/// Says what each proposed region shows, and fits its box (Girshick, 2015).
///
/// Here, and here only, there is a class 0 that is the background: a user's class `c` is `c + 1` inside.
public final class RoIHeads: Module {
  /// How regions are taught and objects chosen. The defaults are torchvision's.
  public struct Options: Sendable, Hashable {
    /// A region that overlaps an object by this much shows it; else it shows background.
    public var foregroundOverlap = 0.5
    /// How many regions of an image the loss counts.
    public var sampledRegions = 512
    /// How many of them may show objects, at most, as a share.
    public var positiveShare = 0.25
    /// Objects that are less sure are dropped.
    public var scoreThreshold = 0.05
    /// Of two objects of one class that overlap by more, only the surer one stays.
    public var suppression = 0.5
    /// The most objects of an image.
    public var limit = 100

    public init() {}
  }

  let boxHead: Layer
  /// The last layers, which another set of classes replaces.
  public var boxPredictor: FastRCNNPredictor
  /// How regions' features are taken out of the maps.
  public let pool: MultiScaleRoIAlign
  /// How regions are taught and objects chosen.
  public let options: Options

  private let coder = BoxCoder(weights: [10, 10, 5, 5])

  public init(pool: MultiScaleRoIAlign, head: Layer, predictor: FastRCNNPredictor, options: Options = Options()) {
    self.pool = pool
    boxHead = head
    boxPredictor = predictor
    self.options = options
  }

  /// What there is to learn from an image's proposals.
  ///
  /// - Parameter features: the maps that regions are taken from.
  public func losses(
    _ images: ImageList, features: [Tensor], proposals: [Boxes<XYXY>], _ targets: [DetectionTarget]
  ) -> DetectionLosses {
    let samples = zip(proposals, targets).map { sample($0, $1) }
    let (logits, differences) = predict(features, samples.map(\.regions), images.paddedSize)
    let labels = Tensor.cat(samples.map(\.labels))
    let shown = (labels .> 0).nonzero().squeeze(1)
    let moves = differences[shown, labels[shown]]
    let goals = Tensor.cat(samples.map(\.goals))
    let boxLoss = moves.smoothL1Loss(goals[shown], beta: 1.0 / 9, reduction: .sum) / max(labels.count, 1)
    return DetectionLosses([("loss_classifier", logits.crossEntropy(labels)), ("loss_box_reg", boxLoss)])
  }

  /// The objects that the proposals of each image show.
  public func detect(_ images: ImageList, features: [Tensor], proposals: [Boxes<XYXY>]) -> [Detections] {
    let (logits, differences) = predict(features, proposals, images.paddedSize)
    let counts = proposals.map(\.count)
    let (scores, moves) = (logits.softmax(dim: 1).split(counts), differences.split(counts))
    return proposals.indices.map { choose(scores[$0], moves[$0], proposals[$0], images.sizes[$0]) }
  }

  private func predict(_ features: [Tensor], _ regions: [Boxes<XYXY>], _ size: ImageList.Size) -> (Tensor, Tensor) {
    boxPredictor(boxHead(pool(features, regions: regions, imageSize: size)))
  }

  /// Regions for the loss with their classes (0 for background) and the differences to their gold boxes.
  private func sample(_ proposals: Boxes<XYXY>, _ target: DetectionTarget) -> (
    regions: Boxes<XYXY>, labels: Tensor, goals: Tensor
  ) {
    withNoGrad {
      // The gold boxes are proposals too: at first the network proposes none that are any good.
      let gold = target.boxes.to(proposals.values.dtype)
      let candidates = Boxes<XYXY>(Tensor.cat([proposals.values, gold.values]))
      let limit = options.foregroundOverlap
      let matches = BoxMatcher(high: limit, low: limit, keepsBest: false)(candidates, gold: gold)
      let (positive, negative) = BalancedSampler(count: options.sampledRegions, positiveShare: options.positiveShare)(
        matches)
      let chosen = Tensor.cat([positive, negative])
      let regions = candidates[chosen]
      let labels = Tensor.cat([
        target.labels[matches[positive]] + 1, Tensor.zeros([negative.count], dtype: .int64, device: chosen.device),
      ])
      let goals = Tensor.cat([
        coder.encode(gold[matches[positive]], from: candidates[positive]),
        Tensor.zeros([negative.count, 4], dtype: gold.values.dtype, device: chosen.device),
      ])
      return (regions, labels, goals)
    }
  }

  private func choose(
    _ scores: Tensor, _ moves: Tensor, _ proposals: Boxes<XYXY>, _ size: ImageList.Size
  ) -> Detections {
    let boxes = coder.decode(moves, from: Boxes(proposals.values.unsqueeze(1)))
      .clipped(width: size.width, height: size.height)
    let classes = scores.shape[1] - 1
    let labels = Tensor.arange(classes).to(scores.device).expand([scores.shape[0], classes]).reshape(-1)
    // Column 0 is the background: it is never an object, and the classes after it count from 0 again.
    let all = Detections(
      boxes: Boxes(boxes.values[dim: 1, 1..<classes + 1].reshape(-1, 4)),
      scores: scores[dim: 1, 1..<classes + 1].reshape(-1), labels: labels)
    return all[(all.scores .> options.scoreThreshold) .&& all.boxes.areAtLeast(1e-2)]
      .suppressed(threshold: options.suppression, limit: options.limit)
  }
}
