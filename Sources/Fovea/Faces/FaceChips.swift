import Foundation
import FoveaData
import FoveaImaging
import FoveaModels

/// Who lost photographs because no face was found in them.
public struct LostFaceAudit: Sendable, Codable, Equatable {
  /// One person's photographs.
  public struct Person: Sendable, Codable, Equatable {
    public let name: String
    /// The photographs there were.
    public let photographs: Int
    /// Those in which no face was found, below the set's folder.
    public let lost: [String]
  }

  /// Everybody who lost a photograph, in the set's order.
  public let people: [Person]
  /// The photographs that were looked at.
  public let photographs: Int

  /// The photographs that were lost.
  public var lostCount: Int { people.reduce(0) { $0 + $1.lost.count } }
  /// Who has none left.
  public var peopleWithout: [String] { people.filter { $0.lost.count == $0.photographs }.map(\.name) }

  /// Some lines for a person to read.
  public var summary: String {
    "\(photographs) photographs: \(lostCount) without a face, of \(people.count) people, "
      + "\(peopleWithout.count) of whom have none left"
  }
}

/// Makes the chips of a set of people once, in a folder that is laid out like the set: detection and alignment are slow,
/// and training goes through the photographs many times.
public struct FaceChips: Sendable {
  public let alignment: FaceAlignment
  /// The folder of the chips.
  public let folder: URL

  /// - Parameter folder: is made if it is not there. What is there already is kept, so that a run that broke off goes on.
  public init(_ alignment: FaceAlignment, in folder: URL) {
    self.alignment = alignment
    self.folder = folder
  }

  /// Makes what chips are missing, and `audit.json`.
  ///
  /// - Parameter progress: called after each photograph with their number so far.
  /// - Throws: `ImageError` for a photograph that cannot be read or a chip that cannot be written; `DatasetError` where the
  ///   folder holds chips of another size.
  public func make(
    of photographs: ImageFolder, with detector: MTCNN, progress: (Int) -> Void = { _ in }
  ) throws -> LostFaceAudit {
    try claimFolder()
    let root = photographs.root.standardizedFileURL.path + "/"
    let files = (0..<photographs.count).map { photographs.file(at: $0).standardizedFileURL }
    let paths = files.map { $0.path.hasPrefix(root) ? String($0.path.dropFirst(root.count)) : $0.lastPathComponent }
    let names = Self.names(of: paths)
    var lost: [Int: [String]] = [:]
    for (index, file) in files.enumerated() {
      if try !hasChip(of: file, at: folder.appendingPathComponent(names[index]), with: detector) {
        lost[photographs.label(at: index) ?? 0, default: []].append(paths[index])
      }
      progress(index + 1)
    }
    let counts = photographs.photographCounts
    let people = lost.keys.sorted().map { label in
      let name = photographs.classNames[label]
      return LostFaceAudit.Person(name: name, photographs: counts[name] ?? 0, lost: lost[label] ?? [])
    }
    let audit = LostFaceAudit(people: people, photographs: photographs.count)
    try write(audit, to: "audit.json")
    return audit
  }

  /// What the chips of photographs are called: `Ada/1.png` for `Ada/1.jpg`, and `Ada/1-2.png` for an `Ada/1.webp` after it.
  ///
  /// - Parameter paths: below a folder that they have in common, or names alone.
  public static func names(of paths: [String]) -> [String] {
    var taken: Set<String> = []
    return paths.map { path in
      let stem = (path as NSString).deletingPathExtension
      let names = sequence(first: 1) { $0 + 1 }.lazy.map { $0 == 1 ? stem + ".png" : "\(stem)-\($0).png" }
      // Some file systems do not tell capitals.
      return names.first { taken.insert($0.lowercased()).inserted } ?? stem + ".png"
    }
  }

  /// Makes the chip of a photograph unless it is there, or the photograph is known to have no face.
  private func hasChip(of file: URL, at chip: URL, with detector: MTCNN) throws -> Bool {
    let mark = chip.appendingPathExtension("none")
    let files = FileManager.default
    if files.fileExists(atPath: chip.path) { return true }
    if files.fileExists(atPath: mark.path) { return false }
    try files.createDirectory(at: chip.deletingLastPathComponent(), withIntermediateDirectories: true)
    let image = try Image(contentsOf: file, mode: .rgb)
    guard let face = detector.detect(image.tensor).first,
      let aligned = alignment.chip(of: image, landmarks: face.landmarks)
    else {
      try Data().write(to: mark)
      return false
    }
    try aligned.encoded(as: .png).write(to: chip, options: .atomic)
    return true
  }

  private func claimFolder() throws {
    let file = folder.appendingPathComponent("chips.json")
    if let data = try? Data(contentsOf: file) {
      let size = try? JSONDecoder().decode(ImageSize.self, from: data)
      guard size == alignment.size else {
        throw DatasetError(
          file.path, "the folder holds chips of \(size.map(\.description) ?? "an unknown size"), not \(alignment.size)",
          fix: "choose another folder, or delete it")
      }
      return
    }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try write(alignment.size, to: "chips.json")
  }

  private func write(_ value: some Encodable, to name: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(value).write(to: folder.appendingPathComponent(name), options: .atomic)
  }
}
