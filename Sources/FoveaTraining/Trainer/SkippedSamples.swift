import FoveaData

/// Samples that a run left out because they could not be read, each once.
public struct SkippedSamples: Sendable, Equatable {
  /// What was wrong with each, with the path of its file, in the order in which they were met.
  public private(set) var reasons: [String] = []

  private var known: Set<String> = []

  public init() {}

  /// Adds what was left out elsewhere, but for what is known already.
  public mutating func add(_ reasons: [String]) {
    for reason in reasons where known.insert(reason).inserted { self.reasons.append(reason) }
  }

  /// Those of both.
  public func adding(_ other: SkippedSamples) -> SkippedSamples {
    var both = self
    both.add(other.reasons)
    return both
  }

  /// How many there were and what was wrong with the first, in a line for the user; nil where there were none.
  public var note: String? {
    guard !reasons.isEmpty else { return nil }
    let most = 5
    let rest = reasons.count > most ? "; … and \(reasons.count - most) more" : ""
    return "\(reasons.count) image\(reasons.count > 1 ? "s" : "") could not be read, so the run went without: "
      + reasons.prefix(most).joined(separator: "; ") + rest
  }
}
