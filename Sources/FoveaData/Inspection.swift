import Crypto
import Foundation
import Torch

/// What there is in a set, and what is wrong with it: every image is read once.
public struct Inspection: Sendable, Hashable, Codable {
  /// A class and the number of its images; of its objects, where the set has boxes.
  public struct ClassCount: Sendable, Hashable, Codable {
    public let name: String
    public let count: Int
  }

  /// A size and the number of images that have it.
  public struct SizeCount: Sendable, Hashable, Codable {
    public let width: Int
    public let height: Int
    public let channels: Int
    public let count: Int
  }

  /// An image that cannot be read, and why.
  public struct Broken: Sendable, Hashable, Codable {
    public let index: Int
    public let reason: String
  }

  /// Images that are the same, pixel by pixel.
  public struct Duplicates: Sendable, Hashable, Codable {
    /// What they are called.
    public let names: [String]
    /// Whether they are of different classes: then at least one label is wrong.
    public let disagree: Bool
  }

  /// The number of samples, broken ones included.
  public let count: Int
  /// Every class, in the order of the labels; those without an image, too.
  public let classes: [ClassCount]
  /// How many samples have no label; none where the set has boxes.
  public let unlabelled: Int
  /// Every size, the most frequent first.
  public let sizes: [SizeCount]
  /// What cannot be read, in the order of the set.
  public let broken: [Broken]
  /// Groups of equal images, in the order of the set.
  public let duplicates: [Duplicates]

  /// Reads every image of a set.
  public init(of dataset: any Dataset, threads: Int = 2) throws {
    let findings = Findings()
    try LoaderThreads.forEach(dataset.count, threads: threads) { index in
      do { findings.add(Finding(try dataset[index]), at: index) } catch { findings.add(error, at: index) }
    }
    count = dataset.count
    let labels = (0..<count).map(dataset.label)
    let objects = (dataset as? any AnnotatedDataset).map { set in
      (0..<set.count).flatMap { set.annotation(at: $0).objects.map(\.label) }
    }
    let perClass = Dictionary((objects ?? labels).compactMap { $0.map { ($0, 1) } }, uniquingKeysWith: +)
    classes = dataset.classNames.enumerated().map { ClassCount(name: $1, count: perClass[$0, default: 0]) }
    unlabelled = objects == nil ? labels.count { $0 == nil } : 0
    broken = findings.broken.sorted { $0.index < $1.index }
    sizes = Self.sizes(of: findings.read.values)
    duplicates = Self.duplicates(in: findings.read, labels: labels)
  }

  private static func sizes(of findings: some Sequence<Finding>) -> [SizeCount] {
    Dictionary(findings.map { ($0.shape, 1) }, uniquingKeysWith: +)
      .map { SizeCount(width: $0[2], height: $0[1], channels: $0[0], count: $1) }
      .sorted { ($1.count, $0.width, $0.height) < ($0.count, $1.width, $1.height) }
  }

  private static func duplicates(in findings: [Int: Finding], labels: [Int?]) -> [Duplicates] {
    Dictionary(grouping: findings.keys.sorted()) { findings[$0]?.digest }
      .values.filter { $0.count > 1 }
      .sorted { $0[0] < $1[0] }
      .map { group in
        Duplicates(
          names: group.compactMap { findings[$0]?.name }, disagree: Set(group.map { labels[$0] }).count > 1)
      }
  }
}

/// What one image was.
private struct Finding: Sendable {
  let name: String
  let shape: [Int]
  let digest: SHA256.Digest

  init(_ sample: Sample) {
    name = sample.name
    let shape = sample.image.shape.sizes
    self.shape = shape
    var hash = SHA256()
    hash.update(data: Data("\(shape)".utf8))
    sample.image.withUnsafeBytes { hash.update(bufferPointer: $0) }
    digest = hash.finalize()
  }
}

/// What several threads have found.
private final class Findings: @unchecked Sendable {
  private let lock = NSLock()
  private(set) var read: [Int: Finding] = [:]
  private(set) var broken: [Inspection.Broken] = []

  func add(_ finding: Finding, at index: Int) { lock.withLock { read[index] = finding } }

  func add(_ error: any Error, at index: Int) {
    lock.withLock { broken.append(Inspection.Broken(index: index, reason: "\(error)")) }
  }
}

extension Inspection: CustomStringConvertible {
  /// The findings as lines to be printed; long lists are cut.
  public var description: String {
    var lines = ["\(count) images, \(classes.count) classes"]
    if unlabelled > 0, !classes.isEmpty { lines.append("\(unlabelled) images have no label") }
    lines += Self.few(classes, of: "classes") { "  \($0.count)  \($0.name)" }
    let empty = classes.count { $0.count == 0 }
    if empty > 0 { lines.append("\(empty) classes are in no image") }
    lines.append("sizes (width x height x channels):")
    lines += Self.few(sizes, of: "sizes") { "  \($0.count)  \($0.width) x \($0.height) x \($0.channels)" }
    lines.append(broken.isEmpty ? "no broken image" : "\(broken.count) broken image\(broken.count > 1 ? "s" : ""):")
    lines += Self.few(broken, of: "broken images") { "  \($0.reason)" }
    lines.append(duplicates.isEmpty ? "no two images are equal" : "\(duplicates.count) groups of equal images:")
    lines += Self.few(duplicates, of: "groups") { group in
      "  " + group.names.joined(separator: " = ") + (group.disagree ? "  (different labels)" : "")
    }
    return lines.joined(separator: "\n")
  }

  private static func few<Element>(_ list: [Element], of what: String, _ line: (Element) -> String) -> [String] {
    let most = 20
    return list.prefix(most).map(line) + (list.count > most ? ["  … and \(list.count - most) more \(what)"] : [])
  }
}
