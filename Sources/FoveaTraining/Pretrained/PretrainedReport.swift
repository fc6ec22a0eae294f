import FoveaModels
import Torch

/// What loading published weights found that does not fit, and what was done about it.
public struct PretrainedReport: Sendable, Equatable, CustomStringConvertible {
  /// What is missing, what was left over, and what has another shape.
  public var fit: LoadReport
  /// The parameters that keep fresh values: the missing ones and those of another shape.
  public var reinitialized: [String]

  public init(fit: LoadReport = LoadReport(), reinitialized: [String] = []) {
    self.fit = fit
    self.reinitialized = reinitialized
  }

  /// Whether every tensor found its place.
  public var isClean: Bool { fit.isClean }

  public var description: String {
    guard !reinitialized.isEmpty else { return fit.description }
    let more = reinitialized.count > 10 ? ", and \(reinitialized.count - 10) more" : ""
    return "\(fit); \(reinitialized.count) start anew, and are to be trained: "
      + reinitialized.prefix(10).joined(separator: ", ") + more
  }
}

extension ImageClassifier {
  /// Loads published weights, already under this network's names.
  ///
  /// Weights that are left over, such as a pre-training head, are reported and no error. So are missing counters of batch
  /// normalisation, which change nothing.
  ///
  /// - Parameters:
  ///   - newHead: takes a last layer that is missing as one to be trained.
  ///   - ignoreMismatchedSizes: lets tensors of another shape keep their fresh values, and takes a missing last layer so,
  ///     too. transformers' name: `ignore_mismatched_sizes`.
  /// - Throws: `LoadError`, before anything is changed, where anything else is missing or of another shape.
  public func loadPublished(
    _ published: StateDict, newHead: Bool = false, ignoreMismatchedSizes: Bool = false
  ) throws -> PretrainedReport {
    let published = adapted(published)
    var state = published
    var fit = LoadReport()
    var fresh: Set<String> = []
    let own = stateDict()
    let prefixes = headPrefixes
    func isHead(_ name: String) -> Bool { prefixes.contains { name.hasPrefix($0) } }
    for (name, tensor) in own {
      if let found = published[name] {
        if found.shape != tensor.shape {
          fit.misshapen.append(.init(name: name, expected: tensor.shape, found: found.shape))
          if ignoreMismatchedSizes { fresh.insert(name) }
        }
      } else if name.hasSuffix("num_batches_tracked") {
        state[name] = tensor
      } else {
        fit.missing.append(name)
        if (newHead || ignoreMismatchedSizes) && isHead(name) { fresh.insert(name) }
      }
    }
    fit.unexpected = published.keys.filter { own[$0] == nil }
    // Half a head is no head.
    if fresh.contains(where: isHead) { fresh.formUnion(own.keys.filter(isHead)) }
    for name in fit.unexpected { state[name] = nil }
    for name in fresh { state[name] = own[name] }
    try loadStateDict(state)  // throws for what still does not fit
    return PretrainedReport(fit: fit, reinitialized: own.keys.filter(fresh.contains))
  }

  /// The beginnings of the names of what belongs to the last layers.
  private var headPrefixes: [String] {
    heads.compactMap { head in namedModules().first { $0.module === head }.map { "\($0.name)." } }
  }
}
