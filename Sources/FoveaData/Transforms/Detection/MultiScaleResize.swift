import Torch

/// The image in one of several sizes, all equally often, so that a detector sees objects small and large. torchvision's name
/// for the usual form: `RandomShortestSize`.
///
/// Batches of it need ``Collation/padded(toMultipleOf:)``.
public struct MultiScaleResize: Transform {
  public var targets: [Resize.Target]
  public var interpolation: Interpolation

  /// - Precondition: there is at least one size.
  public init(_ targets: [Resize.Target], _ interpolation: Interpolation = .bilinear) {
    precondition(!targets.isEmpty, "no size to choose from")
    self.targets = targets
    self.interpolation = interpolation
  }

  /// Sizes of the shorter edge; the longer one follows, at most up to `longestAtMost`. DETR takes 480, 512, … 800 and 1333.
  public init(shortestEdges: some Sequence<Int>, longestAtMost: Int? = nil) {
    self.init(shortestEdges.map { .shortestEdge($0, longestAtMost: longestAtMost) })
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) -> Sample {
    let target = targets[random.integer(in: 0..<targets.count)]
    return sample.resized(to: target.size(for: sample.size), interpolation)
  }

  public var description: String {
    "MultiScaleResize(\(targets.map { Resize($0, interpolation).description }.joined(separator: ", ")))"
  }
}
