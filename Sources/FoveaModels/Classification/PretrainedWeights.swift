import Torch

extension ImageClassifier {
  /// Loads published weights, also such for another number of classes.
  ///
  /// - Parameters:
  ///   - newHead: where the published last layer has another shape, keeps this model's own, fresh one, and says so in the
  ///     report. Without it, such weights are an error.
  /// - Returns: a report that is clean unless the last layer was kept; then it lists the last layer's tensors, as of
  ///   another shape or missing.
  /// - Throws: `LoadError`, before anything is changed, where anything else does not fit.
  @discardableResult
  public func loadPretrained(_ published: StateDict, newHead: Bool = false) throws -> LoadReport {
    var state = published.mapKeys { key in auxiliaryHeads.contains { key.hasPrefix($0) } ? nil : key }
    var report = LoadReport()
    if newHead, let prefix = namedModules().first(where: { $0.module === head })?.name {
      for (name, parameter) in head.namedParameters() {
        let key = "\(prefix).\(name)"
        let own = parameter.value
        if let found = state[key], found.shape == own.shape { continue }
        if let found = state[key] {
          report.misshapen.append(.init(name: key, expected: own.shape, found: found.shape))
        } else {
          report.missing.append(key)
        }
      }
      // Half a head is no head: where the weight does not fit, the bias is kept as well.
      if !report.isClean {
        for (name, parameter) in head.namedParameters() { state["\(prefix).\(name)"] = parameter.value.detach() }
      }
    }
    try loadStateDict(state)
    return report
  }

  /// Beginnings of the names of heads that published weights have for training only.
  private var auxiliaryHeads: [String] { self is GoogLeNet ? ["aux1.", "aux2."] : [] }
}
