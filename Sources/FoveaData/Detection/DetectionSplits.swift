import Foundation

/// The parts of a set for object detection as their files have them, nothing checked yet.
struct DetectionSplits: Sendable {
  let name: String
  let train: DetectionDataset
  var validation: DetectionDataset?
  var test: DetectionDataset?

  /// The parts that there are.
  var all: [DetectionDataset] { [train, validation, test].compactMap { $0 } }

  /// The parts, with every annotation looked at.
  ///
  /// - Throws: ``AnnotationError`` if one is wrong and the policy is to fail.
  func checked(_ policy: FaultPolicy) throws(AnnotationError) -> DataSplits {
    func corrected(_ part: DetectionDataset) throws(AnnotationError) -> DetectionDataset {
      try AnnotationAudit(of: part).corrected(part, policy)
    }
    var splits = DataSplits(name: name, train: try corrected(train))
    if let validation { splits.validation = try corrected(validation) }
    if let test { splits.test = try corrected(test) }
    return splits
  }

  /// What a folder or file that belongs to a part is called, in any of the usual ways.
  static func split(named name: String) -> Split? {
    let words = name.lowercased().split { !$0.isLetter }
    for word in words {
      switch word {
      case "train", "training", "trainval": return .train
      case "val", "valid", "validation", "dev", "minival": return .validation
      case "test", "testing": return .test
      default: continue
      }
    }
    return nil
  }

  /// Puts the parts together; a set without `train` is all train.
  ///
  /// - Throws: ``DatasetError`` if there is none, or two of them claim to be the same part.
  init(name: String, parts: [DetectionDataset], root: URL) throws {
    guard let first = parts.first else {
      throw DatasetError(root.path, "holds no annotations that could be understood")
    }
    self.name = name
    train = parts.first { $0.split == .train } ?? first
    validation = parts.first { $0.split == .validation && train.split != .validation }
    test = parts.first { $0.split == .test && train.split != .test }
  }
}

/// Where files of an annotation lie.
enum AnnotatedFiles {
  /// The path of an image as an annotation tells it, which must stay below the folders of the set.
  ///
  /// - Throws: ``DatasetError`` for a path that leads elsewhere.
  static func relativePath(_ text: String, in file: URL, _ place: String) throws -> String {
    let path = text.replacingOccurrences(of: "\\", with: "/")
    guard let parts = RelativePath(path)?.parts, !parts.isEmpty else {
      throw DatasetError(file.path, "\(place) names the image '\(text)', which is not below the folder of the set")
    }
    return parts.joined(separator: "/")
  }

  /// The first of some folders that has a file.
  static func folder(of folders: [URL], with path: String) -> URL? {
    folders.first { FileManager.default.fileExists(atPath: $0.appendingPathComponent(path).path) }
  }

  /// The text of a file that is not unreasonably large.
  ///
  /// - Throws: ``DatasetError``.
  static func data(of file: URL, limit: Int) throws -> Data {
    do {
      let size = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
      guard size <= limit else { throw DatasetError(file.path, "has \(size) bytes; at most \(limit) are read") }
      return try Data(contentsOf: file)
    } catch let error as DatasetError { throw error } catch {
      throw DatasetError(file.path, "cannot be read: \(error.localizedDescription)")
    }
  }

  /// The visible names in a folder, in natural order; none for what is no folder.
  static func names(in folder: URL) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted(by: naturallyPrecedes)
  }
}
