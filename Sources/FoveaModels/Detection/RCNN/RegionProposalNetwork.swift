import Torch

/// Finds the places of an image where some object may be (Ren et al., 2015).
///
/// ```swift
/// let (proposals, losses) = rpn(images, features: backbone(images.images), targets: targets)
/// ```
public final class RegionProposalNetwork: Module {
  /// How anchors are taught and proposals chosen. The defaults are torchvision's.
  public struct Options: Sendable, Hashable {
    /// An anchor that overlaps an object by this much is one.
    public var foregroundOverlap = 0.7
    /// One that overlaps none by this much is background.
    public var backgroundOverlap = 0.3
    /// How many anchors of an image the loss counts.
    public var sampledAnchors = 256
    /// How many of them may be objects, at most, as a share.
    public var positiveShare = 0.5
    /// How many of the best anchors of each feature map go into suppression, and how many of an image come out of it.
    public var trainingProposals = 2000
    /// As ``trainingProposals``, in use.
    public var proposals = 1000
    /// Of two proposals that overlap by more, only the better one stays.
    public var suppression = 0.7
    /// Proposals that are less likely an object are dropped.
    public var scoreThreshold = 0.0

    public init() {}
  }

  let head: RPNHead
  /// Where the anchors stand.
  public let anchorGenerator: AnchorGenerator
  /// How anchors are taught and proposals chosen.
  public let options: Options

  private let coder = BoxCoder()

  /// - Parameter width: the channels of the feature maps.
  public init(width: Int, anchors: AnchorGenerator, options: Options = Options()) {
    head = RPNHead(width: width, anchorsPerPlace: anchors.anchorsPerPlace)
    anchorGenerator = anchors
    self.options = options
  }

  /// The proposals of each image, the likeliest first; and with targets, what there is to learn.
  ///
  /// - Parameter features: maps `[N, C, h, w]`, one for each level of the anchors.
  public func callAsFunction(
    _ images: ImageList, features: [Tensor], targets: [DetectionTarget]? = nil
  ) -> (proposals: [Boxes<XYXY>], losses: DetectionLosses?) {
    let levels = head(features)
    let anchors = anchorGenerator(features, imageSize: images.paddedSize)
    let proposals = withNoGrad {
      images.sizes.indices.map { image in
        choose(
          zip(levels, anchors).map { ($0.objectness[image], coder.decode($0.differences[image], from: $1)) },
          within: images.sizes[image])
      }
    }
    guard let targets else { return (proposals, nil) }
    let all = Boxes<XYXY>(Tensor.cat(anchors.map(\.values)))
    return (
      proposals,
      losses(
        objectness: Tensor.cat(levels.map(\.objectness), dim: 1),
        differences: Tensor.cat(levels.map(\.differences), dim: 1),
        anchors: all, targets)
    )
  }

  /// The best boxes of an image: so many of each level, cut off at the image's edges, without doubles.
  private func choose(_ levels: [(objectness: Tensor, boxes: Boxes<XYXY>)], within size: ImageList.Size) -> Boxes<XYXY>
  {
    let limit = isTraining ? options.trainingProposals : options.proposals
    var (scores, boxes, groups): ([Tensor], [Tensor], [Tensor]) = ([], [], [])
    for (level, (objectness, levelBoxes)) in levels.enumerated() {
      let (values, places) = objectness.topK(min(limit, objectness.count))
      scores.append(values.sigmoid())
      boxes.append(levelBoxes.values[places])
      groups.append(Tensor.full([values.count], .int(level), dtype: .int64))
    }
    let clipped = Boxes<XYXY>(Tensor.cat(boxes)).clipped(width: size.width, height: size.height)
    let score = Tensor.cat(scores)
    let isUsable = clipped.areAtLeast(1e-3) .&& (score .>= options.scoreThreshold)
    let usable = clipped[isUsable]
    let kept = usable.nms(
      scores: score[isUsable], groups: Tensor.cat(groups).to(score.device)[isUsable], threshold: options.suppression)
    return usable[kept[..<limit]]
  }

  private func losses(
    objectness: Tensor, differences: Tensor, anchors: Boxes<XYXY>, _ targets: [DetectionTarget]
  ) -> DetectionLosses {
    let matcher = BoxMatcher(high: options.foregroundOverlap, low: options.backgroundOverlap, keepsBest: true)
    let sampler = BalancedSampler(count: options.sampledAnchors, positiveShare: options.positiveShare)
    var (logits, answers, moves, goals): ([Tensor], [Tensor], [Tensor], [Tensor]) = ([], [], [], [])
    for (image, target) in targets.enumerated() {
      let matches = matcher(anchors, gold: target.boxes)
      let (positive, negative) = sampler(matches)
      logits.append(objectness[image][Tensor.cat([positive, negative])])
      answers.append(Tensor.cat([.ones([positive.count]), .zeros([negative.count])]).to(objectness.dtype))
      moves.append(differences[image][positive])
      goals.append(coder.encode(target.boxes[matches[positive]], from: anchors[positive]))
    }
    let sampled = Tensor.cat(logits)
    let boxLoss =
      Tensor.cat(moves).smoothL1Loss(Tensor.cat(goals), beta: 1.0 / 9, reduction: .sum) / max(sampled.count, 1)
    let objectLoss = sampled.binaryCrossEntropyWithLogits(Tensor.cat(answers).to(objectness.device))
    return DetectionLosses([("loss_objectness", objectLoss), ("loss_rpn_box_reg", boxLoss)])
  }
}
