import Torch

/// Decides which gold box each candidate box (anchor, proposal) is to learn.
public struct BoxMatcher: Sendable {
  /// A candidate that overlaps its best gold box by at least this much is to become it.
  public let high: Double
  /// One that overlaps none by this much is background; one in between is left out.
  public let low: Double
  /// Gives each gold box at least the candidates that overlap it most, so that none goes without.
  public let keepsBest: Bool

  /// What stands in the place of a gold box's index.
  public static let background = -1
  public static let ignored = -2

  public init(high: Double, low: Double, keepsBest: Bool) {
    precondition(low <= high, "the limits \(low) and \(high) are the wrong way round")
    self.high = high
    self.low = low
    self.keepsBest = keepsBest
  }

  /// For each candidate `[N, 4]`, the index of its gold box, ``background`` or ``ignored``: `[N]`, `int64`.
  public func callAsFunction(_ candidates: Boxes<XYXY>, gold: Boxes<XYXY>) -> Tensor {
    if gold.isEmpty {
      return Tensor.full(
        [candidates.count], .int(BoxMatcher.background), dtype: .int64, device: candidates.values.device)
    }
    let overlaps = gold.overlaps(with: candidates)
    let (values, best) = overlaps.max(dim: 0)
    var matches = best.maskedFill(values .< low, BoxMatcher.background)
      .maskedFill((values .>= low) .&& (values .< high), BoxMatcher.ignored)
    if keepsBest {
      let isBest = (overlaps .== overlaps.amax(dims: [1], keepDim: true)).any(dim: 0)
      matches = isBest.select(best, matches)
    }
    return matches
  }
}

/// Draws a fixed number of candidates for the loss, of which a share at most are objects: most candidates show nothing,
/// and would drown the few that do.
public struct BalancedSampler: Sendable {
  /// How many candidates of an image count.
  public let count: Int
  /// The largest share of them that are objects.
  public let positiveShare: Double

  public init(count: Int, positiveShare: Double) {
    precondition(count > 0 && (0...1).contains(positiveShare), "\(count) candidates, \(positiveShare) of them objects")
    self.count = count
    self.positiveShare = positiveShare
  }

  /// The places of the objects and of the background among matches `[N]`, as ``BoxMatcher`` gives them.
  public func callAsFunction(_ matches: Tensor) -> (positive: Tensor, negative: Tensor) {
    let positive = (matches .>= 0).nonzero().squeeze(1)
    let negative = (matches .== BoxMatcher.background).nonzero().squeeze(1)
    let positives = min(positive.count, Int(Double(count) * positiveShare))
    let negatives = min(negative.count, count - positives)
    return (draw(positives, of: positive), draw(negatives, of: negative))
  }

  private func draw(_ count: Int, of places: Tensor) -> Tensor {
    places[Tensor.randperm(places.count).to(places.device)[..<count]]
  }
}
