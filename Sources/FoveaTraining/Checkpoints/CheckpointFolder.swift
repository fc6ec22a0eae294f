import Foundation

/// The checkpoints of a run: files named after their steps, of which the two newest and the best are kept.
public struct CheckpointFolder: Sendable {
  /// The folder, `checkpoints` in the run's.
  public let url: URL

  public init(of run: URL) { url = run.appendingPathComponent("checkpoints") }

  /// The file for a step.
  public func file(step: Int) -> URL { url.appendingPathComponent(String(format: "step-%09d.safetensors", step)) }

  /// The steps of which there is a file, in order.
  public var steps: [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return names.compactMap { name in
      guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
      return Int(name.dropFirst(5).dropLast(12))
    }.sorted()
  }

  /// The newest file; nil where there is none.
  public var newest: URL? { steps.last.map(file(step:)) }

  /// Saves a checkpoint under its step.
  func save(_ checkpoint: Checkpoint) throws -> URL {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    let file = file(step: checkpoint.state.step)
    try checkpoint.write(to: file)
    return file
  }

  /// The newest checkpoint that can be read, and what was wrong with newer ones.
  ///
  /// - Throws: what is wrong with the newest, where there are files and none of them can be read.
  func load() throws -> (checkpoint: Checkpoint, file: URL, damaged: [String])? {
    var damaged: [String] = []
    var firstError: (any Error)?
    for step in steps.reversed() {
      do {
        return (try Checkpoint(contentsOf: file(step: step)), file(step: step), damaged)
      } catch {
        damaged.append("\(error)")
        firstError = firstError ?? error
      }
    }
    if let firstError { throw firstError }
    return nil
  }

  /// Removes all but the two newest and those of `best`, and what a kill left half-written.
  func prune(keeping best: [Int]) {
    let kept = Set(steps.suffix(2) + best)
    for step in steps where !kept.contains(step) { try? FileManager.default.removeItem(at: file(step: step)) }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    for name in names where name.hasPrefix(".step-") && name.hasSuffix(".part") {
      try? FileManager.default.removeItem(at: url.appendingPathComponent(name))
    }
  }
}
