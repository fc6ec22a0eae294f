import Torch

/// What a classifier said of one batch, beside the gold labels.
///
/// What more than one metric needs is worked out when it is first asked for, and kept. Nothing here records gradients.
public final class Predictions {
  /// The scores, `[N, classes]` in float32 or float64: logits or probabilities.
  private let scores: Tensor
  private let areLogits: Bool

  /// The gold classes, `[N]`, int64, on the device of the scores.
  public let labels: Tensor

  /// Takes the last layer's output before any softmax.
  ///
  /// - Parameters:
  ///   - logits: `[N, classes]`; or `[N]` or `[N, 1]`, the logit of the second of two classes.
  ///   - labels: `[N]`, integers in `0..<classes`.
  public convenience init(logits: Tensor, labels: Tensor) {
    self.init(logits, labels, areLogits: true)
  }

  /// Takes probabilities.
  ///
  /// - Parameters:
  ///   - probabilities: `[N, classes]`, each row adding up to 1; or `[N]` or `[N, 1]`, the probability of the second of
  ///     two classes.
  ///   - labels: `[N]`, integers in `0..<classes`.
  public convenience init(probabilities: Tensor, labels: Tensor) {
    self.init(probabilities, labels, areLogits: false)
  }

  private init(_ scores: Tensor, _ labels: Tensor, areLogits: Bool) {
    precondition(
      scores.rank == 2 || scores.rank == 1, "scores have the shape [N, classes] or [N], not \(scores.shape)")
    precondition(
      labels.rank == 1 && labels.shape[0] == scores.shape[0],
      "labels have the shape [\(scores.shape[0])], as many as there are scores, not \(labels.shape)")
    precondition(!labels.dtype.isFloatingPoint, "labels are class numbers, not \(labels.dtype)")
    var scores = scores.detach()
    if scores.dtype != .float64 { scores = scores.to(.float32) }
    if scores.rank == 1 || scores.shape[1] == 1 {
      let positive = scores.flatten()
      scores = Tensor.stack([areLogits ? Tensor.zeros(like: positive) : 1 - positive, positive], dim: 1)
    }
    self.scores = scores
    self.labels = labels.detach().to(scores.device).to(.int64)
    self.areLogits = areLogits
    checkLabels()
  }

  private func checkLabels() {
    guard count > 0 else { return }
    let lowest = labels.min().item(Int.self)
    let highest = labels.max().item(Int.self)
    precondition(
      lowest >= 0 && highest < classCount,
      "labels run from \(lowest) to \(highest), but the scores are for the classes 0 to \(classCount - 1)")
  }

  /// The number of samples, N.
  public var count: Int { labels.count }

  /// The number of classes; 2 where there was one score a sample.
  public var classCount: Int { scores.shape[1] }

  /// The probability of each class, `[N, classes]`.
  public private(set) lazy var probabilities: Tensor = areLogits ? scores.softmax(dim: 1) : scores

  /// The natural logarithm of the probability of the gold class, `[N]`.
  ///
  /// Given probabilities are first moved to at least the spacing of their type at 1, and at most 1 less that, so that a
  /// hopeless sample costs much and not infinitely much.
  public private(set) lazy var goldLogProbability: Tensor = {
    let gold = labels.unsqueeze(1)
    if areLogits { return scores.logSoftmax(dim: 1).gather(dim: 1, gold).squeeze(1) }
    let spacing = scores.dtype == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne)
    return scores.gather(dim: 1, gold).squeeze(1).clamp(min: .double(spacing), max: .double(1 - spacing)).log()
  }()

  /// The class with the highest score, `[N]`, int64; the first of several that are equal.
  public private(set) lazy var predicted: Tensor = scores.argmax(dim: 1)

  /// Whether that class is the gold one, `[N]`, bool.
  public private(set) lazy var isCorrect: Tensor = predicted .== labels

  /// The probability of the predicted class, `[N]`.
  public private(set) lazy var confidence: Tensor = probabilities.amax(dims: [1])

  /// How many samples of each gold class (row) were taken for each class (column): `[classes, classes]`, int64.
  public private(set) lazy var confusion: Tensor =
    (labels * classCount + predicted).binCount(count: classCount * classCount).reshape(classCount, classCount)

  /// Three rows, `[3, classes]`, int64: samples of each class that were recognised, that were predicted, that there are.
  private(set) lazy var classCounts: Tensor = Tensor.stack([
    labels[isCorrect].binCount(count: classCount),
    predicted.binCount(count: classCount),
    labels.binCount(count: classCount),
  ])

  /// How many classes come before the gold one, `[N]`, int64.
  ///
  /// Of equal scores the class with the higher number comes first, as in scikit-learn's `top_k_accuracy_score`. A gold
  /// class whose score is NaN comes last.
  private(set) lazy var goldRank: Tensor = {
    let gold = labels.unsqueeze(1)
    let goldScore = scores.gather(dim: 1, gold)
    let classes = Tensor.arange(classCount, device: scores.device)
    let isBefore = (scores .> goldScore) .|| ((scores .== goldScore) .&& (classes .> gold))
    return isBefore.sum(dim: 1) + goldScore.isNaN().squeeze(1) * classCount
  }()
}

extension Metric where Input == Predictions {
  /// Adds a batch of logits, `[N, classes]` (or `[N]`, of the second of two classes), with its labels, `[N]`.
  public func update(logits: Tensor, labels: Tensor) {
    update(Predictions(logits: logits, labels: labels))
  }

  /// Adds a batch of probabilities, `[N, classes]` (or `[N]`, of the second of two classes), with its labels, `[N]`.
  public func update(probabilities: Tensor, labels: Tensor) {
    update(Predictions(probabilities: probabilities, labels: labels))
  }
}
