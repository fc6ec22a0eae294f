// SSD: Single Shot MultiBox Detector.
// Wei Liu, Dragomir Anguelov, Dumitru Erhan, Christian Szegedy, Scott Reed, Cheng-Yang Fu, Alexander C. Berg, 2015.
// https://arxiv.org/abs/1512.02325
//
// Names of parameters as in torchvision.

import Torch

/// A detector in one step over six maps, SSD300: default boxes of six sizes say what they show, the background included.
///
/// Made for images of 300 x 300 pixels, which recipes and ``DetectorArchitecture/imageSide`` see to: below some 290 pixels
/// nothing is left for the last maps.
public final class SSD: Module, ObjectDetector {
  /// How boxes are taught and objects chosen. The defaults are torchvision's.
  public struct Options: Sendable, Hashable {
    /// A default box that overlaps an object by this much is one.
    public var overlap = 0.5
    /// How many places without an object are learned from for each with one: those that err most.
    public var negativesPerPositive = 3
    /// Objects that are less sure are dropped.
    public var scoreThreshold = 0.01
    /// How many of the surest of each class go into suppression.
    public var candidates = 400
    /// Of two objects of one class that overlap by more, only the surer one stays.
    public var suppression = 0.45
    /// The most objects of an image.
    public var limit = 200

    public init() {}
  }

  let backbone: SSDFeatures
  let head: SSDHead
  /// How boxes are taught and objects chosen.
  public var options: Options
  public let classes: Int

  private let coder = BoxCoder(weights: [10, 10, 5, 5])

  public init(classes: Int, options: Options = Options()) {
    precondition(classes > 0, "a detector has at least one class, not \(classes)")
    backbone = SSDFeatures()
    head = SSDHead(channels: SSDFeatures.channels, boxesPerPlace: SSDBoxes.perPlace, classes: classes)
    self.options = options
    self.classes = classes
  }

  /// `classification` and `bbox_regression`.
  public func losses(_ images: ImageList, _ targets: [DetectionTarget]) -> DetectionLosses {
    precondition(targets.count == images.sizes.count, "\(targets.count) targets for \(images.sizes.count) images")
    let features = backbone(images.images)
    let (logits, differences) = head(features)
    let defaults = SSDBoxes.boxes(for: features, imageSize: images.paddedSize)
    var (answers, boxLoss): ([Tensor], Tensor) = ([], differences.sum() * 0)
    for (image, target) in targets.enumerated() {
      let matches = match(defaults, target.boxes)
      let shown = (matches .>= 0).nonzero().squeeze(1)
      let gold = matches[shown]
      let answer = Tensor.zeros([defaults.count], dtype: .int64, device: matches.device)
      if shown.count > 0 { answer[shown] = target.labels[gold] + 1 }
      answers.append(answer)
      let goals = coder.encode(target.boxes[gold], from: defaults[shown])
      boxLoss += differences[image][shown].smoothL1Loss(goals.to(differences.dtype), reduction: .sum)
    }
    let wanted = Tensor.stack(answers)
    let isShown = wanted .> 0
    let objects = max(1, Int(isShown.to(.int64).sum()))
    let losses = logits.transpose(1, 2).crossEntropy(wanted, reduction: .none)
    let counted = isShown .|| hardest(losses.detach(), isShown)
    return DetectionLosses([
      ("bbox_regression", boxLoss / objects), ("classification", losses.maskedSelect(counted).sum() / objects),
    ])
  }

  /// Each object also gets the default box that overlaps it most.
  private func match(_ defaults: Boxes<XYXY>, _ gold: Boxes<XYXY>) -> Tensor {
    let matches = BoxMatcher(high: options.overlap, low: options.overlap, keepsBest: false)(defaults, gold: gold)
    if gold.isEmpty { return matches }
    let best = gold.overlaps(with: defaults).argmax(dim: 1)
    return matches.clone().scatter_(dim: 0, best, Tensor.arange(gold.count).to(matches.device))
  }

  /// The places without an object whose loss is largest, so many for each object of their image: `[N, boxes]`.
  private func hardest(_ losses: Tensor, _ isShown: Tensor) -> Tensor {
    let most = isShown.to(.int64).sum(dim: 1, keepDim: true) * options.negativesPerPositive
    let order = losses.maskedFill(isShown, -Double.infinity).sort(dim: 1, descending: true).indices
    return order.argsort(dim: 1) .< most
  }

  public func freeze(stages count: Int) { backbone.freeze(stages: count) }

  public func detect(_ images: ImageList) -> [Detections] {
    let features = backbone(images.images)
    let (logits, differences) = head(features)
    let defaults = SSDBoxes.boxes(for: features, imageSize: images.paddedSize)
    let scores = logits.softmax(dim: 2)
    return images.sizes.enumerated().map { image, size in
      let boxes = coder.decode(differences[image], from: defaults).clipped(width: size.width, height: size.height)
      return choose(boxes, scores[image])
    }
  }

  private func choose(_ boxes: Boxes<XYXY>, _ scores: Tensor) -> Detections {
    let parts = (0..<classes).map { label in
      let own = scores[0..., label + 1]
      let places = (own .> options.scoreThreshold).nonzero().squeeze(1)
      let (values, order) = own[places].topK(min(options.candidates, places.count))
      return Detections(
        boxes: boxes[places[order]], scores: values,
        labels: Tensor.full([values.count], .int(label), dtype: .int64, device: values.device))
    }
    return Detections(
      boxes: Boxes(Tensor.cat(parts.map(\.boxes.values))), scores: Tensor.cat(parts.map(\.scores)),
      labels: Tensor.cat(parts.map(\.labels))
    ).suppressed(threshold: options.suppression, limit: options.limit)
  }
}

/// For each map, convolutions that say of each default box what it shows and how it should move.
final class SSDHead: Module {
  let classificationHead: SSDConvolutions
  let regressionHead: SSDConvolutions

  init(channels: [Int], boxesPerPlace: [Int], classes: Int) {
    classificationHead = SSDConvolutions(channels, boxesPerPlace, outputs: classes + 1)
    regressionHead = SSDConvolutions(channels, boxesPerPlace, outputs: 4)
  }

  /// Logits `[N, boxes, 1 + classes]`, the background's first, and differences `[N, boxes, 4]`.
  func callAsFunction(_ features: [Tensor]) -> (logits: Tensor, differences: Tensor) {
    (classificationHead(features), regressionHead(features))
  }
}

/// A 3x3 convolution a map.
final class SSDConvolutions: Module {
  let moduleList: [Conv2d]
  private let outputs: Int

  init(_ channels: [Int], _ boxesPerPlace: [Int], outputs: Int) {
    moduleList = zip(channels, boxesPerPlace).map { Conv2d($0, $1 * outputs, kernel: 3, padding: 1) }
    self.outputs = outputs
    super.init()
    initializeForSSD()
  }

  func callAsFunction(_ features: [Tensor]) -> Tensor {
    Tensor.cat(zip(moduleList, features).map { anchorRows($0($1), of: outputs) }, dim: 1)
  }
}

extension Module {
  /// The paper's initial weights.
  func initializeForSSD() {
    for case (_, let conv as Conv2d) in namedModules() {
      conv.weight.initialize(.xavierUniform())
      conv.bias?.initialize(.constant(0))
    }
  }
}
