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
    var state = adapted(published)
    var report = LoadReport()
    for layer in newHead ? heads : [] {
      report.add(fitHead(layer, in: &state))
    }
    try loadStateDict(state)
    return report
  }

  /// Puts a last layer's own tensors in place of published ones that do not fit.
  private func fitHead(_ layer: Linear, in state: inout StateDict) -> LoadReport {
    var report = LoadReport()
    guard let prefix = namedModules().first(where: { $0.module === layer })?.name else { return report }
    for (name, parameter) in layer.namedParameters() {
      let key = "\(prefix).\(name)"
      let own = parameter.value
      guard let found = state[key] else {
        report.missing.append(key)
        continue
      }
      if found.shape != own.shape {
        report.misshapen.append(.init(name: key, expected: own.shape, found: found.shape))
      }
    }
    // Half a head is no head: where the weight does not fit, the bias is kept as well.
    if !report.isClean {
      for (name, parameter) in layer.namedParameters() { state["\(prefix).\(name)"] = parameter.value.detach() }
    }
    return report
  }
}

extension LoadReport {
  fileprivate mutating func add(_ other: LoadReport) {
    missing += other.missing
    unexpected += other.unexpected
    misshapen += other.misshapen
  }
}
