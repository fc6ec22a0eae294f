import Foundation

/// Labeled Faces in the Wild: 13,233 photographs of 5,749 people, 250 x 250 (Huang, Ramesh, Berg and Learned-Miller, 2007).
///
/// ```swift
/// let lfw = try LFW.load(.funneled)
/// let pairs = try lfw.pairs(.view2).pairs            // the 6,000 pairs of pairs.txt
/// ```
public struct LFW: Sendable {
  /// How the faces were aligned.
  public enum Variant: String, Sendable, CaseIterable {
    /// As the detector found them.
    case original = "lfw"
    /// By funneling (Huang, Jain and Learned-Miller, 2007).
    case funneled = "lfw-funneled"
    /// By deep funneling (Huang, Mattar, Lee and Learned-Miller, 2012).
    case deepFunneled = "lfw-deepfunneled"
  }

  /// A list of pairs.
  public enum PairList: String, Sendable, CaseIterable {
    /// View 2: ten folds of 300 pairs of the same person and 300 of two people; what is reported.
    case view2 = "pairs.txt"
    /// View 1's training pairs: 1,100 of each kind.
    case developmentTrain = "pairsDevTrain.txt"
    /// View 1's test pairs: 500 of each kind, of other people; for choosing a model.
    case developmentTest = "pairsDevTest.txt"
  }

  /// A list of people.
  public enum PeopleList: String, Sendable, CaseIterable {
    /// View 2: ten folds.
    case view2 = "people.txt"
    /// View 1's training people: 4,038.
    case developmentTrain = "peopleDevTrain.txt"
    /// View 1's test people: 1,711 others.
    case developmentTest = "peopleDevTest.txt"
  }

  /// Pairs as a list has them.
  public struct Pairs: Sendable {
    /// By their places in ``LFW/photographs``.
    public let pairs: [FacePair]
    /// Into how many parts the list is cut, those of pairs that were left out among them; 1 if it is not.
    public let folds: Int
    /// Photographs that the list names and the folder lacks, where such pairs were to be left out.
    public let missing: [String]
    /// How many pairs were left out.
    public let skipped: Int
  }

  /// All photographs, by person.
  public let photographs: ImageFolder
  private let lists: [URL]
  private let places: [String: Int]

  /// Opens a folder: that of the people, or one in which it is called `lfw`, `lfw_funneled` or `lfw-deepfunneled`. The
  /// lists are in the same folder, or in the one around it.
  ///
  /// - Throws: ``DatasetError`` where there are no photographs.
  public init(_ root: URL) throws {
    let names = ["lfw", "lfw_funneled", "lfw-funneled", "lfw-deepfunneled", "lfw_deepfunneled"]
    let inner = names.map { root.appendingPathComponent($0) }.first(where: ImageListing.isFolder)
    let folder = inner ?? root
    let photographs = try ImageFolder.people(folder)
    self.photographs = photographs
    lists = [root, folder, folder.deletingLastPathComponent()]
    places = Dictionary(
      photographs.files.enumerated().map { (Self.key($1.path), $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The folder and the name of a file without its ending, so that chips in another format are found too.
  private static func key(_ path: String) -> String {
    path.lastIndex(of: ".").map { String(path[..<$0]) } ?? path
  }

  /// The pairs of a list.
  ///
  /// - Parameter skippingMissing: leaves pairs out whose photographs are not there (faces that were not found), in place
  ///   of throwing.
  /// - Throws: ``DatasetError`` with the line that is wrong.
  public func pairs(_ list: PairList, skippingMissing: Bool = false) throws -> Pairs {
    let parsed = try LFWPairList(file: file(list.rawValue))
    var pairs: [FacePair] = []
    var missing: [String] = []
    for (place, line) in parsed.lines.enumerated() {
      let found = [line.first, line.second].map { places["\($0.name)/\($0.name)_\($0.paddedNumber)"] }
      if let first = found[0], let second = found[1] {
        let fold = place * parsed.folds / parsed.lines.count
        pairs.append(FacePair(first, second, isSame: line.first.name == line.second.name, fold: fold))
      } else {
        let lost = zip([line.first, line.second], found).filter { $1 == nil }.map {
          "\($0.0.name)_\($0.0.paddedNumber)"
        }
        missing += lost
        guard skippingMissing else {
          throw DatasetError(
            parsed.place(of: line.number),
            "names \(lost.joined(separator: " and ")), which is not in \(photographs.root.path)",
            fix: "unpack the whole archive there")
        }
      }
    }
    return Pairs(
      pairs: pairs, folds: parsed.folds, missing: missing, skipped: parsed.lines.count - pairs.count)
  }

  /// The photographs of the people of a list.
  ///
  /// - Throws: ``DatasetError`` with the line that is wrong, or that names somebody who is not there.
  public func people(_ list: PeopleList, split: Split = .train) throws -> ImageFolder {
    let file = try file(list.rawValue)
    let numbers = Dictionary(uniqueKeysWithValues: photographs.classNames.enumerated().map { ($1, $0) })
    let names = try LFWPairList.people(in: file)
    // Chips may lack people whose faces were not found; a list that fits nobody is of another set.
    let labels = names.compactMap { numbers[$0] }
    guard !labels.isEmpty else {
      throw DatasetError(file.path, "names nobody of \(photographs.root.path)", fix: "is it LFW's list?")
    }
    return photographs.people(labels, split: split)
  }

  /// Whether a list is there.
  public func has(_ list: PeopleList) -> Bool { (try? file(list.rawValue)) != nil }
  /// Whether a list is there.
  public func has(_ list: PairList) -> Bool { (try? file(list.rawValue)) != nil }

  /// Copies the lists that are there to another folder, as chips need them; one that it has already is kept.
  ///
  /// - Throws: ``DatasetError`` for a list that cannot be copied.
  public func copyLists(to folder: URL) throws {
    for name in PairList.allCases.map(\.rawValue) + PeopleList.allCases.map(\.rawValue) {
      let copy = folder.appendingPathComponent(name)
      guard let list = try? file(name), !FileManager.default.fileExists(atPath: copy.path) else { continue }
      do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: list, to: copy)
      } catch { throw DatasetError(copy.path, "cannot be written: \(error.localizedDescription)") }
    }
  }

  private func file(_ name: String) throws -> URL {
    let candidates = lists.map { $0.appendingPathComponent(name) }
    guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
      throw DatasetError(candidates[0].path, "is not there", fix: "put LFW's \(name) beside the photographs")
    }
    return found
  }
}
