extension DataSplits {
  /// Opens the first of several sets that is there or can be downloaded, for work that should go on without a network.
  ///
  /// ```swift
  /// let (data, missing) = try DataSplits.firstAvailable(["cifar100", "folder:cifar10", "fashion-mnist"])
  /// ```
  /// - Parameter specs: `NAME[:PATH]` each, the best first.
  /// - Returns: the parts of the set, and what was wrong with those before it.
  /// - Throws: what is wrong with the last one, if none can be had.
  public static func firstAvailable(
    _ specs: [String], validationFraction: Double = 0.1, seed: UInt64 = 0, progress: ProgressHandler? = nil
  ) throws -> (splits: DataSplits, missing: [String]) {
    precondition(!specs.isEmpty, "no data set is named")
    var missing: [String] = []
    for (place, text) in specs.enumerated() {
      do {
        let splits = try DataSpec(text).load(validationFraction: validationFraction, seed: seed, progress: progress)
        return (splits, missing)
      } catch {
        guard place < specs.count - 1 else { throw error }
        missing.append("\(text): \(error)")
      }
    }
    preconditionFailure("the last set was opened or thrown about")
  }
}
